"""Imports of people: a file is read and staged, a person approves, and only then it is applied, all of it or nothing.

`files` reads, `register` and `caseload` decide what would become of each person, `store` keeps batches, `moves` approves
and discards, `actions` are the doors.
"""
