"""Calls by or about a person between tests: the log, what was advised, what is still open, and the way back to clinic.

An open call is held by an alert, so it has an owner, a next time and a ladder like everything else that waits.
"""
