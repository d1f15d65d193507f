"""The second process: the timetable. APScheduler only ticks; what is due stands in rows, so a missed tick loses nothing.

Each duty is one line with what it does. A duty that fails is logged, and tried again at its next tick; another duty never
waits for it. Two workers at once are harmless: every duty claims its rows.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC
from uuid import uuid4

import msgspec
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from rms.alerts.jobs import ring_due
from rms.audit.jobs import seal
from rms.audit.keys import heads_file, signing_key
from rms.clock import Clock, SystemClock
from rms.db.database import Database
from rms.db.pulse import EVERY, beat
from rms.errors import DatabaseAway, Unavailable
from rms.followup.downtime.jobs import make_downtime_lists
from rms.followup.jobs import chase_reviews, judge_due, spread_deaths
from rms.log import get_log
from rms.messages.catalogue import load as load_wording
from rms.messages.gateway import Gateway
from rms.messages.jobs import Outbox, ask_due, chase_printing, send_due
from rms.messages.model import Channel
from rms.messages.notify import NotifyGateway
from rms.messages.twilio_sms import TwilioGateway
from rms.plans.jobs import ask_after_pauses, make_months, send_forms, sweep_late, sweep_reminders
from rms.questionnaires.jobs import ask_due as ask_questionnaires
from rms.questionnaires.jobs import expire_due
from rms.questionnaires.links import QuestionnaireLinks
from rms.rehearsal.showing.clock import move_clock
from rms.settings import Settings
from rms.sync.jobs import ask_set_aside, file_inbox
from rms.sync.register_gateway import FhirRegister, RegisterGateway
from rms.sync.register_jobs import deliver_events

log = get_log(__name__)


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timetable: its name, how often it is looked at, and what it does; it answers how much it did.

    `catches_up` False: it is about the present only, so a day that is over does not wait for it.
    """

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[int]]
    catches_up: bool = True


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """The outside systems a worker talks to; None where none is set up."""

    gateways: dict[Channel, Gateway]
    register: RegisterGateway | None


def outside(settings: Settings) -> Outside:
    """The real clients, as the settings name them: GOV.UK Notify for texts and email, else Twilio for texts."""
    gateways: dict[Channel, Gateway] = {}
    if settings.twilio is not None:
        gateways[Channel.SMS] = TwilioGateway(
            base_url=settings.twilio.url, account_sid=settings.twilio.sid, token=settings.twilio.token.reveal(),
            sender=settings.twilio.sender, callback_url=f"{settings.base_url}/callbacks/twilio",
        )  # fmt: skip
    if settings.notify is not None:
        notify = NotifyGateway(
            base_url=settings.notify.url, api_key=settings.notify.key.reveal(),
            template_sms=settings.notify.template_sms, template_email=settings.notify.template_email,
        )  # fmt: skip
        gateways[Channel.SMS] = gateways[Channel.EMAIL] = notify
    register = FhirRegister(base_url=settings.register_fhir_url) if settings.register_fhir_url else None
    return Outside(gateways=gateways, register=register)


def timetable(database: Database, *, settings: Settings, outer: Outside, clock: Clock, tick: float) -> list[Duty]:
    """Every duty. `tick` is how often the quick ones are looked at, in seconds."""
    outbox = Outbox(gateways=outer.gateways, catalogue=load_wording(), links=QuestionnaireLinks(),
                    portal_url=settings.portal_url)  # fmt: skip
    key, heads = signing_key(settings.home, given=settings.audit_key), heads_file(settings.home)
    duties = [
        Duty(name="pulse", every_seconds=EVERY, catches_up=False, run=lambda: beat(database)),
        Duty(name="file-inbox", every_seconds=tick, run=lambda: file_inbox(database)),
        Duty(name="ask-set-aside", every_seconds=tick, run=lambda: ask_set_aside(database)),
        Duty(name="judge-by-time", every_seconds=tick, run=lambda: judge_due(database)),
        Duty(name="chase-reviews", every_seconds=tick, run=lambda: chase_reviews(database)),
        Duty(name="spread-deaths", every_seconds=tick, run=lambda: spread_deaths(database)),
        Duty(name="sweep-reminders", every_seconds=tick, run=lambda: sweep_reminders(database)),
        Duty(name="send-forms", every_seconds=tick, run=lambda: send_forms(database)),
        Duty(name="ask-questionnaires", every_seconds=tick, run=lambda: ask_questionnaires(database)),
        Duty(name="sweep-late", every_seconds=tick, run=lambda: sweep_late(database)),
        Duty(name="ask-after-pauses", every_seconds=tick, run=lambda: ask_after_pauses(database)),
        Duty(name="send-messages", every_seconds=tick, run=lambda: send_due(database, outbox=outbox)),
        Duty(name="ask-providers", every_seconds=tick, run=lambda: ask_due(database, outbox=outbox)),
        Duty(name="chase-printing", every_seconds=tick, run=lambda: chase_printing(database)),
        Duty(name="ring-alerts", every_seconds=tick, run=lambda: ring_due(database)),
        Duty(name="expire-questionnaires", every_seconds=tick, run=lambda: expire_due(database)),
        Duty(name="make-months", every_seconds=3_600, run=lambda: make_months(database)),
        Duty(
            name="downtime-lists",
            every_seconds=300,
            catches_up=False,
            run=lambda: make_downtime_lists(database, folder=settings.downtime_folder),
        ),
        Duty(name="seal-audit", every_seconds=60, run=lambda: seal(database, key=key, heads_file=heads)),
    ]
    if (register := outer.register) is not None:
        duties.append(
            Duty(name="tell-register", every_seconds=tick, run=lambda: deliver_events(database, register, clock=clock))
        )
    return duties


async def run_dry(duties: list[Duty]) -> int:
    """Run every duty until none finds anything to do; how much was done in all. For the end of a civil day."""
    total = 0
    waited_for = [duty for duty in duties if duty.catches_up]
    while done := sum([await duty.run() for duty in waited_for]):
        total += done
    return total


def clock_duty(database: Database, duties: list[Duty], *, tick: float) -> list[Duty]:
    """For a demo: the duties with one more that moves the clock. Each duty then runs once at a time, so that a day that
    has run dry has nothing of it under way."""
    me, locks = uuid4(), [asyncio.Lock() for _ in duties]
    waiting = [_alone(duty, lock, waits=True) for duty, lock in zip(duties, locks, strict=True)]
    ticking = [_alone(duty, lock, waits=False) for duty, lock in zip(duties, locks, strict=True)]

    async def dry() -> int:
        return await run_dry(waiting)

    return [*ticking, Duty(name="move-clock", every_seconds=tick, run=lambda: move_clock(database, worker=me, dry=dry))]


def _alone(duty: Duty, lock: asyncio.Lock, *, waits: bool) -> Duty:
    async def run() -> int:
        if lock.locked() and not waits:
            return 0  # the one who moves the clock is at it
        async with lock:
            return await duty.run()

    return msgspec.structs.replace(duty, run=run)


async def _attempt(duty: Duty, revive: Callable[[], None] | None) -> None:
    try:
        done = await duty.run()
    except DatabaseAway:
        log.warning("database_away", duty=duty.name)
        if revive is not None:
            with contextlib.suppress(Unavailable):
                await asyncio.to_thread(revive)
    except Exception:
        log.exception("duty_failed", duty=duty.name)
    else:
        if done:
            log.info("duty_done", duty=duty.name, done=done)


async def work(
    database: Database,
    *,
    settings: Settings,
    tick: float = 5.0,
    demo: bool = False,
    clock: Clock | None = None,
    revive: Callable[[], None] | None = None,
) -> None:
    """Run the timetable until SIGTERM or SIGINT; the duty at work is finished first.

    `demo`: what the database says of itself; only there is a duty that moves the clock.
    `revive` starts the embedded database again when it is gone; None when the database is not ours.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    outer = outside(settings)
    duties = timetable(database, settings=settings, outer=outer, clock=clock or SystemClock(), tick=tick)
    if demo:
        duties = clock_duty(database, duties, tick=tick)
    for first in ("pulse", "make-months"):
        await _attempt(next(duty for duty in duties if duty.name == first), revive)
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_listener(lambda event: log.warning("duty_skipped"), EVENT_JOB_MISSED | EVENT_JOB_ERROR)
    for duty in duties:
        scheduler.add_job(_attempt, "interval", args=[duty, revive], seconds=duty.every_seconds, id=duty.name)
    scheduler.start()
    log.info("started", process="worker")
    await stop.wait()
    log.info("stopping", process="worker")
    scheduler.pause()
    running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await asyncio.wait(running, timeout=10) if running else None
    scheduler.shutdown(wait=False)
    for gateway in set(outer.gateways.values()):
        await gateway.aclose()
