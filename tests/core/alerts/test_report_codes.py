"""Every code that a protocol of the library judges has words, so that nobody reads `no-sign` as a result."""

from rms.alerts.rules.kinds import CodedReport
from rms.alerts.rules.report_codes import REPORT_WORDS, report_words
from rms.plans.protocol import load_library

#: Grades of mammograms are known by these names wherever they are read.
GRADES = {"M1", "M2", "M3", "M4", "M5"}


def test_every_code_of_the_library_has_words() -> None:
    conditions = [rule.when for protocol in load_library().values() for rule in protocol.rules]
    codes = {
        code for one in conditions if isinstance(one, CodedReport) for code in (*one.breach_codes, *one.clear_codes)
    }
    assert codes - GRADES == set(REPORT_WORDS)


def test_what_is_no_code_of_ours_stays_as_it_was_sent() -> None:
    assert report_words("no-sign") == "nothing of concern seen"
    assert report_words("See report") == "See report"
