"""Rules as data, and what they find. Pure: facts in, finding out, with the reason as a sentence a nurse reads.

`kinds` holds the closed set of conditions, `evaluate` is the one door, the other files judge a family each.
It must not know where facts come from or what becomes of a finding.
"""

from rms.alerts.rules.evaluate import as_of, evaluate
from rms.alerts.rules.kinds import Condition, Rule, conditions_in, limit_of

__all__ = ["Condition", "Rule", "as_of", "conditions_in", "evaluate", "limit_of"]
