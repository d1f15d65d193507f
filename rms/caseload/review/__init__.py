"""Looking at results and answers: ten in range at a time, everything else one by one, a summary with undo.

What may be confirmed together is decided in `followup.review`; here it is shown and asked for.
"""
