"""The verbs that cross rooms: start a plan, file a result, take answers, decide, record a death.

One thing that happens touches several rooms in one transaction, and this is where. It stands above plans, results and
questionnaires and below the doors to the outside (sync) and the pages. It has no tables.
"""
