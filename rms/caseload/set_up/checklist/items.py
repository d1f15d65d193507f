"""What is set up and what is missing, decided from facts. Pure; each answer is a state and sentences, with the way on."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from rms.caseload.set_up.checklist.store import Note, SystemFacts, Unattended
from rms.caseload.worklist.ages import counted, when
from rms.caseload.worklist.feed import SILENT_AFTER
from rms.messages.compose import day_in_words
from rms.people.permissions import Permission
from rms.plans.store import ProtocolOnFile
from rms.questionnaires.store import VersionOnFile
from rms.settings import Settings
from rms.sync.ready import MOST_SKEW_SECONDS, OLDEST_VERSION, not_for_live, skew_seconds

#: After this a tried restore says little about today's back-ups; our default.
RESTORE_HOLDS: Final = timedelta(days=183)


class State(StrEnum):
    """Where one item of the list stands. DEMONSTRATION: enough for made-up people only."""

    DONE = "done"
    TO_DO = "to_do"
    WRONG = "wrong"
    WAITS = "waits"
    DEMONSTRATION = "demonstration"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `href` and the permission it needs: where somebody does something about it; None: outside of RMS."""

    key: str
    title: str
    state: State
    words: tuple[str, ...]
    href: str | None = None
    needs: Permission = Permission.SET_UP_VIEW


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the list is made from. `before` and `after`: our clock around the look at the database's."""

    system: SystemFacts
    protocols: tuple[ProtocolOnFile, ...]
    questionnaires: tuple[VersionOnFile, ...]
    back_up: Note | None
    safety: Note | None
    settings: Settings
    embedded: bool
    before: datetime
    after: datetime
    now: datetime
    today: date

    @property
    def live(self) -> bool:
        """Whether real people are followed."""
        return self.system.mode == "live"


def items(facts: Facts) -> tuple[Item, ...]:
    """The list, in the order in which a trust does it."""
    return (
        _database(facts), _secrets(facts), _clock(facts), _teams(facts), _sign_in(facts), _feeds(facts), _messages(facts),
        _back_up(facts), _protocols(facts), _questionnaires(facts), _safety(facts),
    )  # fmt: skip


def next_item(found: Sequence[Item]) -> Item | None:
    """What to do next: what is wrong first, then what is not done."""
    for wanted in (State.WRONG, State.TO_DO):
        for one in found:
            if one.state is wanted and one.href is not None:
                return one
    return None


def _database(facts: Facts) -> Item:
    system, wrong = facts.system, []
    if system.version < OLDEST_VERSION:
        wrong.append("PostgreSQL 15 or later is needed.")
    if system.is_above_policies:
        wrong.append("The pages use a database user who is above the walls between organisations. Give them rms_web.")
    kept = "RMS keeps it itself, on this machine." if facts.embedded else "It is a server of yours (DATABASE_URL)."
    meant = "It follows real people." if facts.live else "It is a demo: everybody in it is made up."
    said = (f"PostgreSQL {system.version // 10_000}. {kept}", meant)
    return Item(key="database", title="Database", state=State.WRONG if wrong else State.DONE, words=(*wrong, *said))


def _secrets(facts: Facts) -> Item:
    wrong = tuple(fault for fault in not_for_live(facts.settings) if "https" in fault) if facts.live else ()
    given = facts.settings.secret_key is not None
    said = (
        "The secret key comes from the surroundings (RMS_SECRET_KEY)." if given
        else "The secret key lies in a file that RMS made. Keep a copy in your vault: without it every second factor is lost.",
    )  # fmt: skip
    return Item(
        key="secrets", title="Secrets and addresses", state=State.WRONG if wrong else State.DONE, words=(*wrong, *said)
    )


def _clock(facts: Facts) -> Item:
    skew = skew_seconds(facts.system.there, before=facts.before, after=facts.after)
    if skew > MOST_SKEW_SECONDS:
        wrong = f"The pages and the database are {skew:.0f} seconds apart. Set both by a time server."
        return Item(key="clock", title="Clock", state=State.WRONG, words=(wrong,))
    ahead = facts.system.days_ahead
    moved = (f"The demo’s clock is {counted(ahead, 'day')} ahead.",) if ahead else ()
    return Item(key="clock", title="Clock", state=State.DONE, words=("The pages and the database agree.", *moved))


def _teams(facts: Facts) -> Item:
    system = facts.system
    where: dict[str, Any] = {"key": "teams", "title": "Teams", "href": "/set-up/teams", "needs": Permission.TEAM_MANAGE}
    if not system.teams:
        return Item(state=State.TO_DO, words=("There is no team. Without one nobody can be followed up.",), **where)
    missing = [
        *(_unattended_words(one) for one in system.teams_unattended),
        *(f"{name} has no lead: an alert that nobody takes climbs to nobody." for name in system.teams_without_lead),
        *(f"{name} does not say when its telephone is answered." for name in system.teams_without_hours),
    ]
    state = (
        State.WRONG if system.teams_unattended or system.teams_without_lead else State.TO_DO if missing else State.DONE
    )
    return Item(state=state, words=(*missing, f"{counted(system.teams, 'team')}."), **where)


def _unattended_words(one: Unattended) -> str:
    waits = f" {counted(one.alerts, 'alert')} {'waits' if one.alerts == 1 else 'wait'} unseen." if one.alerts else ""
    return f"{one.name} has nobody who sees its alerts.{waits} Add somebody to it today."


def _sign_in(facts: Facts) -> Item:
    system = facts.system
    where: dict[str, Any] = {
        "key": "sign-in",
        "title": "People and sign-in",
        "href": "/set-up/people",
        "needs": Permission.USER_MANAGE,
    }
    words, state = [], State.DONE
    if system.administrators < 2:
        state = State.TO_DO
        words.append("There are fewer than two administrators: when one is away nobody gives access.")
    if system.without_factor and facts.live:
        state = State.TO_DO
    if system.without_factor:
        words.append(f"{system.without_factor} of {system.staff} people have not set up a second factor.")
    if system.uncovered:
        words.append(f"{counted(system.uncovered, 'leave')} within 14 days without cover.")
    if not facts.live:
        words.append("In this demo anybody may sign in by name. A live database refuses that.")
    return Item(state=state, words=tuple(words) or (f"{system.staff} people, each with a second factor.",), **where)


def _feeds(facts: Facts) -> Item:
    where: dict[str, Any] = {"key": "feeds", "title": "Laboratory and register feeds", "href": "/set-up/connections"}
    feeds = facts.system.feeds
    if not feeds:
        return Item(state=State.TO_DO, words=("No laboratory may send to us yet.",), **where)
    words = [_feed_words(one.name, one.last_at, now=facts.now) for one in feeds]
    silent = any(one.last_at is None or facts.now - one.last_at > SILENT_AFTER for one in feeds)
    register = (
        "The register is told of outcomes." if facts.settings.register_fhir_url else "No register is told of outcomes."
    )
    state = State.WRONG if silent else State.DONE if facts.settings.register_fhir_url else State.TO_DO
    return Item(state=state, words=(*words, register), **where)


def _feed_words(name: str, last_at: datetime | None, *, now: datetime) -> str:
    return f"{name} has sent nothing yet." if last_at is None else f"{name} last sent {when(last_at, now=now)}."


def _messages(facts: Facts) -> Item:
    where: dict[str, Any] = {"key": "messages", "title": "Texts, emails and letters", "href": "/set-up/connections"}
    if facts.system.sending != "on":
        return Item(state=State.WRONG, words=(f"No message goes out: {facts.system.sending_reason}",), **where)
    used = [
        name for name, given in (("GOV.UK Notify", facts.settings.notify), ("Twilio", facts.settings.twilio)) if given
    ]
    if not used:
        return Item(
            state=State.TO_DO, words=("Neither GOV.UK Notify nor Twilio is set up: only letters can be sent.",), **where
        )
    wrong = tuple(fault for fault in not_for_live(facts.settings) if "https" not in fault) if facts.live else ()
    return Item(state=State.WRONG if wrong else State.DONE, words=(*wrong, f"{' and '.join(used)} is set up."), **where)


def _back_up(facts: Facts) -> Item:
    where: dict[str, Any] = {"key": "back-up", "title": "Back-up", "href": "/set-up/back-up"}
    note = facts.back_up
    if note is None:
        return Item(state=State.TO_DO, words=("Nobody has said yet that a back-up was restored and read.",), **where)
    tried = f"A restore was tried on {day_in_words(note.on_day)}, says {note.made_by}."
    if facts.today - note.on_day > RESTORE_HOLDS:
        return Item(state=State.TO_DO, words=(tried, "That is more than six months ago: try it again."), **where)
    return Item(state=_signed(note, facts), words=(tried,), **where)


def _protocols(facts: Facts) -> Item:
    where: dict[str, Any] = {
        "key": "protocols",
        "title": "Protocols signed off",
        "href": "/set-up/protocols",
        "needs": Permission.PROTOCOL_VIEW,
    }
    signed = [one for one in facts.protocols if one.signed_by is not None]
    if not signed:
        return Item(
            state=State.TO_DO,
            words=("No protocol is signed off, so no plan can start. A consultant or team lead does it.",),
            **where,
        )
    words = (f"{len(signed)} of {counted(len(facts.protocols), 'version')} signed off.",)
    for_real = any(not one.for_demonstration_only for one in signed)
    if facts.live and not for_real:
        return Item(
            state=State.TO_DO, words=("Signed for demonstration only, which is not enough for real people.",), **where
        )
    return Item(state=State.DONE if for_real else State.DEMONSTRATION, words=words, **where)


def _questionnaires(facts: Facts) -> Item:
    where: dict[str, Any] = {
        "key": "questionnaires",
        "title": "Questionnaires signed off",
        "href": "/set-up/protocols#questionnaires",
        "needs": Permission.PROTOCOL_VIEW,
    }
    counts = [
        one
        for one in facts.questionnaires
        if one.signed_by is not None and not (facts.live and one.for_demonstration_only)
    ]
    asked = set(_asked(facts))
    if not asked:
        return Item(
            state=State.WAITS, words=("The protocols say which questionnaires are asked: sign one off first.",), **where
        )
    missing = sorted(asked - {one.definition.key for one in counts})
    if missing:
        titles = {one.definition.key: one.definition.title for one in facts.questionnaires}
        return Item(
            state=State.TO_DO,
            words=tuple(
                f"{titles.get(key, key)} is asked by a protocol and not signed off, so nobody gets it."
                for key in missing
            ),
            **where,
        )
    for_real = all(not one.for_demonstration_only for one in counts)
    return Item(
        state=State.DONE if for_real else State.DEMONSTRATION,
        words=(f"All {len(asked)} that the signed protocols ask are signed off.",),
        **where,
    )


def _asked(facts: Facts) -> Iterator[str]:
    for one in facts.protocols:
        if one.signed_by is not None:
            yield from (step.questionnaire for step in one.protocol.steps if step.questionnaire)


def _safety(facts: Facts) -> Item:
    where: dict[str, Any] = {"key": "safety", "title": "Clinical safety sign-off", "href": "/set-up/clinical-safety"}
    if facts.safety is None:
        return Item(
            state=State.TO_DO,
            words=("No clinical safety officer has signed off the use of RMS here (DCB0160).",),
            **where,
        )
    said = f"Signed off by {facts.safety.made_by} on {day_in_words(facts.safety.on_day)}."
    return Item(state=_signed(facts.safety, facts), words=(said,), **where)


def _signed(note: Note, facts: Facts) -> State:
    if not note.for_demonstration_only:
        return State.DONE
    return State.TO_DO if facts.live else State.DEMONSTRATION
