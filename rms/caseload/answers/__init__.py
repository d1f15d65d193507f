"""Filling in a questionnaire with the person on the telephone."""
