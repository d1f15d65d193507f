"""All staff pages, one folder a screen family: sign-in, Today, an alert, people, the letters to print.

Pages parse, ask, present and render. Every page about people is read through `looking.py`, which writes who looked in
the transaction that reads; what staff do goes through `doors.py`.
"""
