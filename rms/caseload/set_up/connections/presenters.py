"""Connections as strings: a state in words, figures, and what to do."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from rms.caseload.set_up.connections.store import FeedFigures, Provider, RegisterFigures
from rms.caseload.set_up.parts import GOOD, NEUTRAL, WAITS, WRONG, Tag
from rms.caseload.worklist.ages import age, counted, when
from rms.caseload.worklist.feed import SILENT_AFTER
from rms.messages.notify import NotifyGateway
from rms.messages.twilio_sms import TwilioGateway
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.settings import Settings
from rms.sync.finding import Finding
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/connections"
NOTHING: Final = Submitted(pairs=())
WORKING: Final = Tag(text="Working", colour=GOOD)
NOT_WORKING: Final = Tag(text="Not working", colour=WRONG)
SILENT: Final = Tag(text="Looks fine, but silent", colour=WAITS)
NOT_SET_UP: Final = Tag(text="Not set up", colour=NEUTRAL)
#: Messages are read within seconds; after this somebody should look. Our default.
READ_WITHIN: Final = timedelta(minutes=15)
_SAID: Final = {"added": "The system is added. Ask it to send a test message for a made-up person.",
                "changed": "The change is saved.",
                "ended": "What it sends from now on is a stranger’s: it is kept, and a person is asked."}  # fmt: skip


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One connection. `test` is what its button tests, None without one; `edit` where a sender is changed, `codes` what was
    said of its codes."""

    key: str
    name: str
    state: Tag
    facts: tuple[tuple[str, str], ...]
    to_do: tuple[str, ...]
    test: str | None
    edit: str | None = None
    codes: str | None = None


class ConnectionsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/connections.html`. `tested`: what a test just found."""

    connections: tuple[Connection, ...]
    may_manage: bool
    tested: str
    tested_ok: bool
    said: str
    errors: FieldErrors


class PeerPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/peer.html`."""

    heading: str
    action: str
    is_new: bool
    why_not: str
    typed: Submitted
    errors: FieldErrors


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the page is made from. `now` is the civil clock's, `real_now` the machine's."""

    feeds: tuple[FeedFigures, ...]
    providers: Mapping[str, Provider]
    register: RegisterFigures
    settings: Settings
    sending_on: bool
    now: datetime
    real_now: datetime


def present_connections(
    figures: Figures, *, asks: Asker, done: str = "", tested: Finding | None = None, errors: FieldErrors = NO_ERRORS
) -> ConnectionsPage:
    """Every connection."""
    may = asks.may(Permission.PEER_MANAGE)
    return ConnectionsPage(
        connections=(
            *(_feed(one, figures, may=may) for one in figures.feeds), _listener(figures, may=may),
            _provider("notify", "GOV.UK Notify", figures, called=NotifyGateway.name,
                      is_set=figures.settings.notify is not None, may=may),
            _provider("twilio", "Twilio", figures, called=TwilioGateway.name,
                      is_set=figures.settings.twilio is not None, may=may),
            _register(figures, may=may),
        ),
        may_manage=may, tested=f"{sentence(tested.what)}: {tested.sentence}" if tested else "",
        tested_ok=tested.ok if tested else False, said=_SAID.get(done, ""), errors=errors,
    )  # fmt: skip


def sentence(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def feed_state(one: FeedFigures, *, now: datetime, real_now: datetime) -> tuple[Tag, str]:
    """How a sender is, and what to do about it; no words when nothing is to be done."""
    if one.oldest_unread is not None and real_now - one.oldest_unread > READ_WITHIN:
        return (
            NOT_WORKING,
            "Its messages come in and nobody reads them. Ask whoever runs the server whether `rms worker` runs.",
        )
    if one.last_at is None:
        return (
            NOT_WORKING,
            "It has sent nothing yet. Ask its supplier to connect and to send a test for a made-up person.",
        )
    if now - one.last_at > SILENT_AFTER:
        return (
            SILENT,
            "Ask its supplier whether it still sends. Results may be missing: do not read silence as good news.",
        )
    return WORKING, ""


def _feed(one: FeedFigures, figures: Figures, *, may: bool) -> Connection:
    state, to_do = feed_state(one, now=figures.now, real_now=figures.real_now)
    wrong = [f"{counted(one.waiting, 'message')} {'waits' if one.waiting == 1 else 'wait'} for a person" if one.waiting else "",
             f"{counted(one.set_aside, 'message')} could not be filed" if one.set_aside else "",
             f"{counted(one.broken, 'message')} came with a broken envelope" if one.broken else ""]  # fmt: skip
    known_by = [f"calls itself {one.application}" if one.application else "",
                f"says it is at {one.facility}" if one.facility else "",
                f"connects from {', '.join(one.addresses)}" if one.addresses else ""]  # fmt: skip
    steps = [to_do] if to_do else []
    if one.waiting or one.set_aside:
        steps.append("Look at what could not be filed, in Today.")
    lag = age(one.oldest_unread, now=figures.real_now) if one.oldest_unread else ""
    return Connection(
        key=f"feed-{one.id}", name=f"{one.name} (laboratory, HL7 v2 over MLLP)", state=state,
        facts=(
            ("Last message", sentence(when(one.last_at, now=figures.now)) if one.last_at else "None yet"),
            ("Came in", f"{one.today:,} in 24 hours, {one.week:,} in 7 days"),
            ("Lag", f"{counted(one.unread, 'message')} unread, the oldest for {lag}" if one.unread else "None: all is read"),
            ("Errors in 7 days", "\n".join(filter(None, wrong)) or "None"),
            ("Known by", ", ".join(filter(None, known_by)) or "Nothing: whoever nobody else is"),
        ),
        to_do=tuple(steps), test=None, edit=f"{PATH}/{one.id}" if may else None,
        codes=f"{PATH}/{one.id}/codes" if may else None,
    )  # fmt: skip


def _listener(figures: Figures, *, may: bool) -> Connection:
    settings = figures.settings
    return Connection(
        key="listener", name="Our listener for laboratories (MLLP)", state=Tag(text="Test it", colour=NEUTRAL),
        facts=(("Listens at", f"{settings.mllp_host}:{settings.mllp_port}"),
               ("Encryption", "None of its own: let it be reached through a private network or a TLS tunnel only")),
        to_do=(), test="listener" if may else None,
    )  # fmt: skip


def _provider(key: str, name: str, figures: Figures, *, called: str, is_set: bool, may: bool) -> Connection:
    """`called`: as its messages name it."""
    if not is_set:
        to_do = "Its key and address are set where RMS runs (RMS_NOTIFY_KEY, RMS_TWILIO_SID …), never on a page."
        return Connection(key=key, name=name, state=NOT_SET_UP, facts=(), to_do=(to_do,), test=None)
    one = figures.providers.get(called) or Provider(provider=called, taken=0, failed=0, unknown=0, last_at=None)
    state, steps = WORKING, []
    if not figures.sending_on:
        state = NOT_WORKING
        steps.append("Sending is switched off for the whole database.")
    elif one.failed and one.failed > one.taken:
        state = NOT_WORKING
        steps.append("Most messages failed: test it, then look at the messages in Today.")
    elif one.last_at is None:
        state = SILENT
        steps.append("Nothing was sent through it in 7 days. Test it.")
    return Connection(
        key=key, name=f"{name} (texts and emails)", state=state,
        facts=(("Last message", sentence(when(one.last_at, now=figures.now)) if one.last_at else "None in 7 days"),
               ("In 7 days", f"{one.taken:,} taken, {one.failed:,} failed, {one.unknown:,} not known")),
        to_do=tuple(steps), test=key if may else None,
    )  # fmt: skip


def _register(figures: Figures, *, may: bool) -> Connection:
    name, one = "Core register (FHIR R4)", figures.register
    if figures.settings.register_fhir_url is None:
        to_do = "Set RMS_REGISTER_FHIR_URL where RMS runs. Until then outcomes wait here."
        return Connection(key="register", name=name, state=NOT_SET_UP, facts=(), to_do=(to_do,), test=None)
    state, steps = WORKING, []
    if one.failing_since is not None:
        state = NOT_WORKING
        steps.append(
            f"It has not taken what we send since {when(one.failing_since, now=figures.now)}. {one.reason or ''}".strip()
        )
    elif one.last_at is None:
        state = SILENT
    return Connection(
        key="register", name=name, state=state,
        facts=(("Last told", sentence(when(one.last_at, now=figures.now)) if one.last_at else "Nothing yet"),
               ("Told in 7 days", f"{one.delivered:,}"), ("Waiting", f"{one.waiting:,}")),
        to_do=tuple(steps), test="register" if may else None,
    )  # fmt: skip


def present_peer(one: FeedFigures | None, *, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS) -> PeerPage:
    """The form for a sender."""
    if typed is NOTHING and one is not None:
        typed = Submitted(pairs=(("name", one.name), ("application", one.application or ""), ("facility", one.facility or ""),
                                 ("addresses", "\n".join(one.addresses))))  # fmt: skip
    shared = (
        "This system also sends for other trusts. Whoever runs the server changes it." if one and one.shared else ""
    )
    return PeerPage(heading=one.name if one else "Add a system that sends to us", is_new=one is None, why_not=shared,
                    action=f"{PATH}/{one.id}" if one else f"{PATH}/add", typed=typed, errors=errors)  # fmt: skip


def found_peer(feeds: Sequence[FeedFigures], peer_id: int) -> FeedFigures | None:
    """One of them by its number."""
    return next((one for one in feeds if one.id == peer_id), None)
