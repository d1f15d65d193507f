"""What RMS would do by itself for one plan over the years ahead: sent, asked, done and raised, and on which day. Pure.

`walking` goes day by day as the worker does and asks the same functions it asks (rows, stages, matching, rules); only the
database is left out, and a test lives the same months on a real one and compares. To add a scenario: a line in `Scenario`
and what is different about it in `scenarios`.
"""

from rms.followup.forecast.model import ASSUMES, Event, Scenario, What
from rms.followup.forecast.walking import forecast

__all__ = ["ASSUMES", "Event", "Scenario", "What", "forecast"]
