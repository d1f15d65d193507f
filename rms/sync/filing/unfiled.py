"""A followed test in a place that nothing is filed from: the words of a result, a message of another kind.

Nothing of it becomes a number. Whoever follows the person with that test reads the message and says what it is.
"""

from collections.abc import Sequence

from rms.alerts.analytes import name_of
from rms.db.engine import Tx
from rms.followup.watching import follows
from rms.plans.store import plans_of
from rms.results.matching import Matched
from rms.results.store import results_of
from rms.sync.filing.asking import Settled, ask_for, ask_nearest
from rms.sync.filing.opening import HAS_THE_NHS_NUMBER, Letter, Whose
from rms.sync.filing.understanding import Understood


async def only_in_words(tx: Tx, letter: Letter, whose: Whose) -> str | None:
    """The sentence for a person when the words speak of a test that the person is, or was, followed with."""
    spoken_of = letter.read_for(whose.organisation_id).reading.in_words
    if not spoken_of or not isinstance(whose.match, Matched):
        return None
    plans = await plans_of(tx, organisation_id=whose.organisation_id, patient_id=whose.match.person)
    found = [one for one in sorted(spoken_of) if any(follows(plan.effective, one) for plan in plans)]
    return in_words(found) if found else None


def in_words(analytes: Sequence[str]) -> str:
    """What a person must know of tests that are only spoken of."""
    names = " and ".join(map(name_of, analytes))
    return (
        f"Its comments or text name {names}, and it sends no number for it that can be filed. Read them. If it is a result,"
        " ask the laboratory to send it as one."
    )


async def settle_words(tx: Tx, letter: Letter) -> Settled:
    """A result message without any result, whose words speak of a followed test."""
    nobodys = Settled(state="not_for_us", reason="It holds no result.")
    matched = [one for one in letter.whose if isinstance(one.match, Matched)]
    if not matched:
        nearest = letter.nearest
        spoken_of = letter.read_for(nearest.organisation_id).reading.in_words if nearest and nearest.nearness else ()
        return await ask_nearest(tx, letter, in_words(sorted(spoken_of))) if spoken_of else nobodys
    asked = [
        await ask_for(tx, letter, one, sentence)
        for one in matched
        if (sentence := await only_in_words(tx, letter, one)) is not None
    ]
    return Settled(state="waiting", reason=asked[0]) if asked else nobodys


async def settle_value(tx: Tx, letter: Letter, *, kind: str) -> Settled:
    """A value of a followed test in a message that brings no results: a question wherever it may be about one of ours."""
    because = (
        f"It holds a value of a test that is followed here, but a message {kind} is not one that RMS files: nothing of it is"
        " filed. Look at it. If the result is not on file, ask the sender for it as a result (ORU^R01)."
    )
    if letter.message.faults:
        because = f"{because} {letter.message.faults[0].text}"
    meant = [
        one for one in letter.whose if isinstance(one.match, Matched) or one.nearness == HAS_THE_NHS_NUMBER
    ]  # fmt: skip
    if not meant:
        if any(one.nearness for one in letter.whose) or not letter.message.patients:
            return await ask_nearest(tx, letter, because)
        return Settled(
            state="not_for_us", reason=f"A message {kind} is no result, and is about nobody who is followed here."
        )
    news = [one for one in meant if not await _is_no_news(tx, letter.read_for(one.organisation_id), one)]
    for whose in news:
        doubt = "" if isinstance(whose.match, Matched) else f" {whose.match.because}"
        await ask_for(tx, letter, whose, f"{because}{doubt}")
    if news:
        return Settled(state="waiting", reason=because)
    return Settled(state="not_for_us", reason=f"A message {kind} is no result, and what it repeats is on file.")


async def _is_no_news(tx: Tx, letter: Letter, whose: Whose) -> bool:
    """Whether all that it says of tests that are followed there stands with the person already, to the day and the digit."""
    if not letter.reading.bears_a_value:
        return True
    said = [one for one in letter.understanding.to_file if one.is_followed]
    if letter.understanding.questions or not said or not isinstance(whose.match, Matched):
        return False
    known = await results_of(tx, organisation_id=whose.organisation_id, patient_id=whose.match.person)
    held = {
        (one.analyte, one.observation.sampled_on, one.observation.quantity)
        for one in known
        if one.observation.status.is_final
    }
    return all(_told(one) in held for one in said)


def _told(one: Understood) -> tuple[object, ...]:
    seen = one.observation
    return seen.analyte, seen.sampled_on, seen.quantity
