"""Looking at results: ten in range at a time, everything else one by one with the reason in a sentence.

`entry` decides what may stand among ten (pure), `gathering` collects what it decides on, `queue` says what waits,
`sittings` keeps who was shown what and when, `tens` and `cases` are what can happen inside an open transaction.
"""
