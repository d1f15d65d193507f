"""Everything that needs a person: what the rules found, who owns it, by when, and how it ended.

This room stands low so that any room above can raise an alert. It must not know plans, questionnaires or messages.
"""
