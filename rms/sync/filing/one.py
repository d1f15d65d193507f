"""What one message becomes. Called inside the savepoint of the message, with the people it concerns locked."""

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.followup.moves.filing import file_result
from rms.people.store import PersonOnFile, person
from rms.plans.schedule.words import day
from rms.results.matching import Matched
from rms.results.model import ObservationStatus
from rms.results.moves import OnFileOtherwise, file_observation
from rms.results.store import result_on_file, same_order_on_another_day
from rms.results.versions import meaning_of
from rms.sync.filing.asking import NobodyToAsk, Settled, ask_for, ask_nearest, team_of
from rms.sync.filing.opening import HAS_THE_NHS_NUMBER, Letter, Whose
from rms.sync.filing.standing import REHEARSAL, about_code, ask_once
from rms.sync.filing.understanding import Question, Understood, about, not_final
from rms.sync.filing.unfiled import only_in_words, settle_value, settle_words
from rms.sync.hl7 import NOT_A_SEGMENT, Kind, Message, messages_in_one
from rms.sync.hl7.processing import rehearsal
from rms.sync.listener import fault_named
from rms.sync.senders import equally_well
from rms.sync.store import add_parts, note_filing

_SHOWN_QUESTIONS = 3


async def settle_one(tx: Tx, letter: Letter) -> Settled:
    """File a message, or say why not. Nobody to ask: it is set aside, where an operator sees it."""
    try:
        if letter.peer is None:
            return await _settle_unknown(tx, letter)
        if not letter.peer.organisations:
            return Settled(state="set_aside", reason=f"{letter.peer.name} may send for no organisation.")
        return await _settle(tx, letter)
    except NobodyToAsk as error:
        return Settled(state="set_aside", reason=str(error))


async def _settle_unknown(tx: Tx, letter: Letter) -> Settled:
    """From nobody we know for sure. What a known system may have sent is a question for the people it may be about."""
    if letter.rivals:
        because = equally_well(letter.rivals)
        if letter.asked:
            return await ask_nearest(tx, letter, f"{because} Then have it read again.")
        return Settled(state="set_aside", reason=f"{because} What it sent is then read again.")
    if letter.asked:
        assert letter.neighbour is not None
        because = f"It comes from the address of {letter.neighbour.name}, but {_called(letter.message)}."
        return await ask_nearest(tx, letter, because)
    return Settled(
        state="set_aside",
        reason=f"Its sender is not one we know: it {_called(letter.message)}. If it is a laboratory or system that should"
        " send to us, add it under Set up, Connections; what it sent is then read again.",
    )


def _called(message: Message) -> str:
    """What a stranger says of itself (MSH-3, MSH-4): what somebody would add it by."""
    name = message.sending_facility or message.sending_application
    return f"calls its sender “{name[:60]}”" if name else "does not name its sender"


async def _settle(tx: Tx, letter: Letter) -> Settled:
    message = letter.message
    fault = fault_named(letter.claimed.frame_fault)
    if fault is not None and not fault.is_whole:
        return await ask_nearest(tx, letter, f"{fault.value} The sender was told so.")
    if parts := messages_in_one(letter.claimed.raw):
        await add_parts(tx, inbox_id=letter.claimed.id, parts=parts)
        return Settled(state="not_for_us", reason=f"It held {len(parts)} messages; each is read by itself.")
    if tx.live and (what := rehearsal(message)):
        return await _settle_rehearsal(tx, letter, what)
    if message.kind is not Kind.RESULT:
        return await _settle_other(tx, letter)
    if not any(order.observations for order in message.orders) and not letter.concerns_somebody:
        if any(one.in_words for one in letter.readings.values()):
            return await settle_words(tx, letter)
        if not _reads_badly(message):
            return Settled(state="not_for_us", reason="It holds no result.")
        return await ask_nearest(tx, letter, "It holds no result that RMS can read. " + _what_is_odd(message))
    return await _settle_result(tx, letter)


def _reads_badly(message: Message) -> bool:
    """Whether a result without any observation may hold one in a part that could not be read."""
    return bool(message.faults) or any(note.text == NOT_A_SEGMENT for note in message.notes)


def _what_is_odd(message: Message) -> str:
    return " ".join(dict.fromkeys(one.text for one in message.notes if one.is_fault or one.text == NOT_A_SEGMENT))


async def _settle_rehearsal(tx: Tx, letter: Letter, what: str) -> Settled:
    """Not production, and this database is live: kept, one question a sender, and nothing of it is a result."""
    assert letter.peer is not None
    because = (
        f"{what.capitalize()} came over the live line (MSH-11). Nothing of it is filed, and the sender is told so when it"
        " comes over the line. Ask the laboratory: a real result that was marked so must be sent again as production."
    )
    organisation_id = letter.peer.organisations[0]
    await ask_once(
        tx, organisation_id=organisation_id, team_id=await team_of(tx, organisation_id=organisation_id, patient_id=None),
        peer_id=letter.peer.id, sender=letter.sender, inbox_id=letter.claimed.id, epoch=letter.claimed.epoch,
        patient_id=None, rule_key=REHEARSAL, because=because,
    )  # fmt: skip
    return Settled(state="waiting", reason=because)


async def _settle_other(tx: Tx, letter: Letter) -> Settled:
    """What is no result is not for us, unless nobody can tell what it is, or it seems to bring a test that is followed."""
    message = letter.message
    kind = "^".join(part for part in (message.type, message.event) if part) or "of no type"
    if any(one.bears_a_value for one in letter.readings.values()):
        return await settle_value(tx, letter, kind=kind)
    if message.kind is Kind.PERSON:
        return Settled(state="not_for_us", reason=f"A message about a person ({kind}); people come from the register.")
    if not message.type and message.faults:
        return await ask_nearest(tx, letter, message.faults[0].text)
    if letter.concerns_somebody:
        return await ask_nearest(
            tx, letter, f"It seems to hold a result, but a message {kind} is not one that RMS files."
        )
    return Settled(state="not_for_us", reason=f"A message {kind} is no result.")


async def _settle_result(tx: Tx, letter: Letter) -> Settled:
    """Each organisation that follows the person gets its own filing or its own question."""
    matched = [one for one in letter.whose if isinstance(one.match, Matched)]
    doubtful = [
        one for one in letter.whose if not isinstance(one.match, Matched) and one.nearness == HAS_THE_NHS_NUMBER
    ]
    if not matched and not doubtful:
        return await _settle_unmatched(tx, letter)
    reasons = [await _file_for(tx, letter, whose) for whose in matched]
    reasons += [await _ask_in_doubt(tx, letter, whose) for whose in doubtful]
    waiting = [reason for reason in reasons if reason is not None]
    return Settled(state="waiting", reason=" ".join(dict.fromkeys(waiting))) if waiting else Settled(state="filed")


async def _settle_unmatched(tx: Tx, letter: Letter) -> Settled:
    nearest = letter.nearest
    letter = letter.read_for(nearest.organisation_id if nearest else letter.asked[0])
    near = nearest is not None and nearest.nearness > 0
    code = letter.understanding.unknown_code or (letter.understanding.riddle if near else None)
    if code is not None and code.code and not letter.message.faults:
        # What it is comes before whose it is: one answer, and each is read again and asked about by itself if need be.
        organisation_id = nearest.organisation_id if nearest else letter.asked[0]
        return Settled(state="waiting", reason=await _ask_about_code(tx, letter, organisation_id, None, code))
    if nearest is None:
        return await ask_nearest(tx, letter, letter.message.faults[0].text)
    if nearest.nearness == 0 and not letter.understanding.concerns_us and not letter.message.faults:
        return Settled(state="not_for_us", reason=f"It holds nothing that is followed here. {nearest.match.because}")
    return await ask_nearest(tx, letter, f"It is not known whose it is. {nearest.match.because}")


async def _ask_in_doubt(tx: Tx, letter: Letter, whose: Whose) -> str:
    """Somebody has the NHS number and something else does not agree. What an unknown code means is asked before that."""
    code = letter.read_for(whose.organisation_id).understanding.unknown_code
    if code is not None and not letter.message.faults:
        return await _ask_about_code(tx, letter, whose.organisation_id, None, code)
    return await ask_for(tx, letter, whose, whose.match.because)


async def _file_for(tx: Tx, letter: Letter, whose: Whose) -> str | None:
    """File with one person of one organisation; the reason when something of it waits for a person."""
    assert isinstance(whose.match, Matched)
    letter = letter.read_for(whose.organisation_id)
    if letter.message.faults:
        return await ask_for(tx, letter, whose, " ".join(dict.fromkeys(note.text for note in letter.message.faults)))
    riddle = letter.understanding.riddle
    if not letter.understanding.questions and riddle is not None:
        # Not even kept as words: once somebody has said what the code means, it is read again and filed as that.
        return await _ask_about_code(tx, letter, whose.organisation_id, whose.match.person, riddle)
    them = await person(tx, organisation_id=whose.organisation_id, patient_id=whose.match.person)
    questions = [one.because for one in letter.understanding.questions]
    codes = [one.code for one in letter.understanding.questions]
    kept = [one for one in letter.understanding.to_file if not one.is_followed]
    for one in letter.understanding.to_file:
        if one.is_followed:
            questions += await _file_followed(tx, letter, them, one)
    if kept:
        questions += await _keep_others(tx, letter, them, kept)
    if spoken_of := await only_in_words(tx, letter, whose):
        questions.append(spoken_of)
    if questions and len(codes) == len(questions) and all(codes):
        question = letter.understanding.questions[0]
        return await _ask_about_code(tx, letter, whose.organisation_id, whose.match.person, question)
    if questions:
        more = len(questions) - _SHOWN_QUESTIONS
        shown = " ".join(questions[:_SHOWN_QUESTIONS]) + (f" And {more} more." if more > 0 else "")
        return await ask_for(tx, letter, whose, shown)
    await note_filing(tx, organisation_id=whose.organisation_id, inbox_id=letter.claimed.id, patient_id=them.id,
                      alert_id=None, state="filed", reason=whose.match.because, now=tx.now)  # fmt: skip
    return None


async def _ask_about_code(
    tx: Tx, letter: Letter, organisation_id: int, patient_id: int | None, question: Question
) -> str:
    """One question a sender, team and code, however many people's messages have it; each keeps its own person, if known."""
    assert letter.peer is not None
    team_id = await team_of(tx, organisation_id=organisation_id, patient_id=patient_id)
    await ask_once(
        tx, organisation_id=organisation_id, team_id=team_id, peer_id=letter.peer.id, sender=letter.sender,
        inbox_id=letter.claimed.id, epoch=letter.claimed.epoch, patient_id=patient_id,
        rule_key=about_code(question.code, team_id=team_id), because=question.because,
    )  # fmt: skip
    return question.because


async def _file_followed(tx: Tx, letter: Letter, them: PersonOnFile, one: Understood) -> list[str]:
    """File one observation of a test that is followed; sentences for a person where it leaves a doubt."""
    seen = one.observation
    key = one.source_key(them.id)
    try:
        filed = await file_result(
            tx, organisation_id=them.organisation_id, person=them, observation=seen, source_key=key,
            inbox_id=letter.claimed.id, reported_at=one.reported_at, by=_sender(letter), now=tx.now,
        )  # fmt: skip
    except OnFileOtherwise as error:
        return [about(seen.analyte, seen.sampled_on, str(error))]
    doubts = []
    if filed.changed:
        if question := not_final(seen):
            doubts.append(question.because)
    elif seen.status.is_final:
        now_holds = await result_on_file(tx, organisation_id=them.organisation_id, result_id=filed.result_id)
        if now_holds.reported_at < one.reported_at and meaning_of(now_holds.observation) != meaning_of(seen):
            doubts.append(about(seen.analyte, seen.sampled_on,
                                "A later report came, but an earlier correction or withdrawal of it stands."))  # fmt: skip
    if filed.is_new and seen.status is ObservationStatus.CORRECTED:
        other = await same_order_on_another_day(tx, organisation_id=them.organisation_id, source_key=key,
                                                prefix=one.test_key(them.id))  # fmt: skip
        if other is not None:
            doubts.append(about(seen.analyte, seen.sampled_on,
                                f"It corrects a result of the same order whose sample is of {day(other.date())}."))  # fmt: skip
    return doubts


async def _keep_others(tx: Tx, letter: Letter, them: PersonOnFile, kept: list[Understood]) -> list[str]:
    """Keep what nobody follows with the person, as words; no rule looks at it and nobody has to."""
    team_id = await team_of(tx, organisation_id=them.organisation_id, patient_id=them.id)
    doubts = []
    for one in kept:
        try:
            await file_observation(
                tx, organisation_id=them.organisation_id, patient_id=them.id, team_id=team_id, observation=one.observation,
                source_key=one.source_key(them.id), inbox_id=letter.claimed.id, received_at=tx.now,
                reported_at=one.reported_at,
            )  # fmt: skip
        except OnFileOtherwise as error:
            doubts.append(str(error))
    await record(tx, by=_sender(letter), verb="result.keep", subject_kind="inbox", subject_id=letter.claimed.id,
                 patient_id=them.id, organisation_id=them.organisation_id, details={"count": len(kept)})  # fmt: skip
    return list(dict.fromkeys(doubts))


def _sender(letter: Letter) -> Actor:
    assert letter.peer is not None
    return Actor(kind=ActorKind.PEER, name=letter.peer.name, id=letter.peer.id)
