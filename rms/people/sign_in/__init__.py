"""How a member of staff proves who they are: password, second factor, sessions, and the limits on trying.

Pages ask the doors in `actions.py`. Nothing here knows pages or cookies beyond opaque values.
"""
