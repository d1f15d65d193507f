"""What each of a person's pages shows, as strings. Must not query, decide or read the time.

One Struct for each template of `templates/portal/`; a template reads it as `page`. Before the date of birth is right, a
page may name the trust and nothing else: no team, no clinic, no questionnaire.
"""
