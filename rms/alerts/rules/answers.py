"""Judges of what is not a number from a laboratory: coded reports, scores, red-flag answers, silence."""

from datetime import timedelta

from rms.alerts.analytes import name_of
from rms.alerts.model import URGENCY, Facts, FindingOutcome, FlagAnswer, RedFlag
from rms.alerts.rules.bounds import beyond, exactly
from rms.alerts.rules.judgement import Judgement, Limit, breach, cannot_tell, clear
from rms.alerts.rules.kinds import CodedReport, Missing, RedFlagAnswer, ScoreBeyond
from rms.alerts.rules.report_codes import report_words
from rms.alerts.rules.sentences import BREACH_WORDS, CLEAR_WORDS, amount, count, day, whose


def judge_report(condition: CodedReport, facts: Facts, limit: Limit | None) -> Judgement:
    """Judge the code of the latest report; of one day the gravest counts."""
    name = name_of(condition.analyte)
    reports = [report for report in facts.reports if report.analyte == condition.analyte]
    if not reports:
        return clear(f"There is no {name} report to judge yet.")
    latest_on = max(report.done_on for report in reports)
    latest = sorted((report for report in reports if report.done_on == latest_on), key=lambda report: report.ref)
    inputs: dict[str, object] = {
        "reports": [{"code": r.code, "done_on": r.done_on.isoformat(), "ref": r.ref} for r in latest]
    }
    codes = [report.code for report in latest]
    if found := [code for code in codes if code in condition.breach_codes]:
        return breach(f"{name} of {day(latest_on)} is reported as {_said(found[0])}.", **inputs)
    if all(code in condition.clear_codes for code in codes):
        return clear(f"{name} of {day(latest_on)} is reported as {_said(codes[0])}.", **inputs)
    unknown = next(code for code in codes if code not in condition.clear_codes)
    how = "without a code" if unknown is None else f"as {unknown}, a code the protocol does not know"
    return cannot_tell(f"{name} of {day(latest_on)} is reported {how}: a person must read it.", **inputs)


def _said(code: str | None) -> str:
    """The code with its words: a nurse reads the words, and finds the code in the report."""
    words = report_words(code or "")
    return f"“{words}”" if words == code else f"“{words}” ({code})"


def judge_score(condition: ScoreBeyond, facts: Facts, limit: Limit) -> Judgement:
    """Judge the latest score; one that could not be computed is cannot tell, with the reason."""
    wanted = (condition.questionnaire, condition.score)
    scores = [score for score in facts.scores if (score.questionnaire, score.score) == wanted]
    if not scores:
        return clear(f"There is no {condition.score} score to judge yet.")
    latest = max(scores, key=lambda score: (score.answered_on, score.value is None, score.value or 0, score.ref))
    inputs: dict[str, object] = {
        "questionnaire": latest.questionnaire,
        "score": latest.score,
        "value": None if latest.value is None else amount(latest.value),
        "answered_on": latest.answered_on.isoformat(),
        "ref": latest.ref,
        "limit": amount(limit.number),
        "personal": limit.personal,
    }
    answered = f"answered on {day(latest.answered_on)}"
    if latest.value is None:
        return cannot_tell(
            f"The {latest.score} score {answered} cannot be told: {latest.why_not or 'no reason given'}.", **inputs
        )
    words = f"{whose(personal=limit.personal)} of {amount(limit.number)}"
    sentence = f"The {latest.score} score of {amount(latest.value)}, {answered}, is"
    outcome = beyond(exactly(latest.value), comparison=condition.comparison, limit=exactly(limit.number))
    if outcome is FindingOutcome.BREACH:
        return breach(f"{sentence} {BREACH_WORDS[condition.comparison]} {words}.", **inputs)
    return clear(f"{sentence} {CLEAR_WORDS[condition.comparison]} {words}.", **inputs)


def judge_red_flag(condition: RedFlagAnswer, facts: Facts, limit: Limit | None) -> Judgement:
    """Judge the latest answer to each watched item: "rather not answer" is cannot tell."""
    answers = _latest_answers(condition, facts)
    flagged = [flag for flag in answers if flag.answer is FlagAnswer.FLAGGED]
    declined = [flag for flag in answers if flag.answer is FlagAnswer.DECLINED]
    named = flagged or declined
    inputs: dict[str, object] = {
        "items": [
            {
                "item": f.item,
                "answer": f.answer,
                "words": f.words,
                "answered_on": f.answered_on.isoformat(),
                "ref": f.ref,
            }
            for f in named
        ]
    }
    if not named:
        return clear("No answer needs a person." if answers else "There are no answers to judge yet.", **inputs)
    kind = None if condition.items else max((flag.kind for flag in named), key=lambda kind: URGENCY[kind])
    words = " ".join(flag.words for flag in named)
    when = day(max(flag.answered_on for flag in named))
    if flagged:
        sentence = f"An answer of {when} needs a person: {words}"
        return Judgement(outcome=FindingOutcome.BREACH, sentence=sentence, inputs=inputs, kind=kind)
    sentence = f"A question that matters was not answered on {when}: {words}"
    return Judgement(outcome=FindingOutcome.CANNOT_TELL, sentence=sentence, inputs=inputs, kind=kind)


def _latest_answers(condition: RedFlagAnswer, facts: Facts) -> list[RedFlag]:
    gravity = {FlagAnswer.NOT_FLAGGED: 0, FlagAnswer.DECLINED: 1, FlagAnswer.FLAGGED: 2}
    latest: dict[str, RedFlag] = {}
    ordered = sorted(facts.red_flags, key=lambda flag: (flag.answered_on, gravity[flag.answer], flag.ref))
    for flag in ordered:
        if flag.questionnaire == condition.questionnaire and (not condition.items or flag.item in condition.items):
            latest[flag.item] = flag
    return [latest[item] for item in sorted(latest)]


def judge_missing(condition: Missing, facts: Facts, limit: Limit | None) -> Judgement:
    """Judge silence: from the day `after_days` after it was due, what has not come back is missing."""
    waiting = sorted((w for w in facts.waiting if w.step == condition.step), key=lambda w: (w.due_on, w.ref))
    after = timedelta(days=condition.after_days.value)
    missing = [one for one in waiting if facts.today >= one.due_on + after]
    ahead = [one.due_on + after for one in waiting if facts.today < one.due_on + after]
    look_again_on = min(ahead, default=None)
    if not missing:
        return Judgement(outcome=FindingOutcome.CLEAR, sentence="Nothing is missing.", look_again_on=look_again_on)
    oldest = missing[0]
    late = count((facts.today - oldest.due_on).days, "day")
    return Judgement(
        outcome=FindingOutcome.BREACH,
        sentence=f"{oldest.title} was due on {day(oldest.due_on)}, {late} ago, and nothing has come back.",
        inputs={"missing": [{"step": w.step, "due_on": w.due_on.isoformat(), "ref": w.ref} for w in missing]},
        look_again_on=look_again_on,
    )
