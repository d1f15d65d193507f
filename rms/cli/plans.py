"""`rms plan ...`: what a plan would ask for, what it would do as time passes, and why one that runs says what it says."""

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from rms.audit.moves import record
from rms.cli.acting import acting, acting_arguments
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.protocols import from_file, from_library
from rms.clock import london_date, real_now
from rms.dates import add_months
from rms.db.engine import Tx
from rms.errors import BadInput, Refused, Usage
from rms.followup.forecast import ASSUMES, Event, Scenario, forecast
from rms.people.permissions import Permission
from rms.plans.model import Change, Course, Done, Override
from rms.plans.moves.starting import why_not_start
from rms.plans.protocol import Protocol
from rms.plans.schedule import EffectiveStep, current_and_next, effective, occurrences, preview
from rms.plans.schedule.preview import SHOWN_MONTHS
from rms.plans.simulate import simulate
from rms.plans.store import OccurrenceOnFile, PlanOnFile, looks_of_plan, occurrences_of_plan, plan_by_name

#: Outside these a date is a slip of the keyboard, and a century later the calendar of Python ends.
YEARS = (1900, 2199)
MOST_DAYS = 11_000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as described at the command line."""

    protocol: Protocol
    course: Course
    overrides: tuple[Override, ...]
    today: date

    @property
    def faults(self) -> list[str]:
        """What would stop it from starting."""
        return why_not_start(self.protocol, course=self.course, overrides=self.overrides, today=self.today)

    def as_object(self) -> dict[str, Any]:
        """What it is about, for the answer."""
        return {"protocol": self.protocol.key, "version": self.protocol.version, "today": self.today,
                "started_on": self.course.started_on, "anchors": dict(self.course.anchors)}  # fmt: skip


def _asked(arguments: Arguments) -> Asked:
    keys = [key for key in (arguments.key, arguments.protocol) if key is not None]
    if len(keys) + (arguments.file is not None) != 1:
        raise Usage("Name one protocol: its KEY, --protocol KEY, or --file PATH.")
    protocol = from_library(keys[0]) if keys else from_file(arguments.file)
    today = _date(arguments.today, "--today") if arguments.today else london_date(real_now())
    anchors = dict(_anchor(one) for one in arguments.anchor)
    started_on = _date(arguments.started, "--started") if arguments.started else min(anchors.values(), default=today)
    born_on = _date(arguments.born, "--born") if arguments.born else None
    course = Course(anchors=anchors, started_on=started_on, born_on=born_on, done=tuple(map(_done, arguments.done)))
    return Asked(protocol=protocol, course=course, today=today,
                 overrides=tuple(_override(one, today=today) for one in arguments.change))  # fmt: skip


def _date(text: str, where: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{where}: {text!r} is not a date. Write it as 2026-01-05.") from None
    if not YEARS[0] <= on.year <= YEARS[1]:
        raise BadInput(f"{where}: {text} is no date of a plan; these lie in the years {YEARS[0]} to {YEARS[1]}.")
    return on


def _anchor(text: str) -> tuple[str, date]:
    name, equals, on = text.partition("=")
    if not equals:
        raise Usage(f"--anchor {text}: write it as surgery=2026-01-05.")
    return name, _date(on, f"--anchor {name}")


def _done(text: str) -> Done:
    what, equals, on = text.partition("=")
    step, colon, number = what.rpartition(":")
    if not equals or not colon or not (number.isascii() and number.isdigit()):
        raise Usage(f"--done {text}: write it as psa:1=2026-04-05.")
    return Done(step=step, number=int(number), done_on=_date(on, f"--done {what}"))


def _override(text: str, *, today: date) -> Override:
    try:
        change = msgspec.json.decode(text, type=Change)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadInput(f"--change {text}: {error}.") from None
    return Override(change=change, reason="tried at the command line", author="the operator", made_on=today,
                    review_on=today + timedelta(days=1))  # fmt: skip


async def run_preview(context: Context, arguments: Arguments) -> int:
    """Every date of a plan with why; answers no when something stands in the way of starting it."""
    asked = _asked(arguments)
    upto = _date(arguments.until, "--until") if arguments.until else None
    shown = preview(asked.protocol, course=asked.course, today=asked.today, overrides=asked.overrides, upto=upto)
    lines = [
        {**msgspec.to_builtins(line.occurrence), "standing": line.today.standing, "standing_reason": line.today.reason}
        for line in shown.lines
    ]
    faults = asked.faults
    text = [f"{one['due_on']}  {one['title']}  ({one['earliest_on']} to {one['latest_on']})  {one['reason']}"
            f"{' ' + one['skipped_because'] if one['skipped_because'] else ''}" for one in lines]  # fmt: skip
    text += [*shown.endings, *(f"This stands in the way: {fault}" for fault in faults)]
    context.show({**asked.as_object(), "lines": lines, "endings": shown.endings, "faults": faults}, "\n".join(text))
    return Exit.NO if faults else Exit.DONE


async def run_simulate(context: Context, arguments: Arguments) -> int:
    """What would happen on each day until a day: with nobody answering but for what --done names, or in a scenario."""
    asked = _asked(arguments)
    until = _date(arguments.until, "--until") if arguments.until else _in_ten_years(asked.today)
    if faults := asked.faults:
        raise Refused(" ".join(faults))
    head = {**asked.as_object(), "until": until, "scenario": arguments.scenario}
    if arguments.scenario:
        events = _forecast(asked, arguments, until=until)
        text = [f"{one.on}  {one.what:<6}  {one.sentence}" for one in events]
        text += ["", "It is assumed that:", *(f"- {one}" for one in ASSUMES)]
        context.show({**head, "assumes": ASSUMES, "days": [], "events": msgspec.to_builtins(events)}, "\n".join(text))
        return Exit.DONE
    happenings = simulate(effective(asked.protocol, overrides=asked.overrides), course=asked.course, until=until)
    text = [f"{one.on}  {one.sentence}" for one in happenings]
    context.show({**head, "assumes": [], "days": msgspec.to_builtins(happenings), "events": []},
                 "\n".join(text) or "Nothing would happen.")  # fmt: skip
    return Exit.DONE


def _forecast(asked: Asked, arguments: Arguments, *, until: date) -> tuple[Event, ...]:
    """A forecast is of a plan that begins today, as one does that a nurse starts, unless --started says otherwise."""
    if (until - asked.today).days > MOST_DAYS:
        raise BadInput(f"--until: {until} is too far ahead; a scenario is told for at most thirty years.")
    started_on = asked.course.started_on if arguments.started else asked.today
    course = msgspec.structs.replace(asked.course, started_on=started_on)
    return forecast(asked.protocol, scenario=Scenario(arguments.scenario), course=course, today=asked.today, until=until,
                    overrides=asked.overrides)  # fmt: skip


def _in_ten_years(today: date) -> date:
    return min(add_months(today, SHOWN_MONTHS), date(YEARS[1], 12, 31))


async def run_explain(context: Context, arguments: Arguments) -> int:
    """Why a plan says what it says: its dates, the changes with reasons, its rows and when each is looked at next."""
    async with context.database() as database:
        trust = await context.organisation(database, arguments.organisation)
        by = await acting(database, organisation_id=trust.id, by=arguments.by, permission=Permission.PLAN_VIEW)
        async with database.transaction(organisation_id=trust.id) as tx:
            plan = await plan_by_name(tx, organisation_id=trust.id, name=arguments.plan)
            await record(tx, by=by, verb="plan.look", subject_kind="plan", subject_id=plan.id, patient_id=plan.patient_id,
                         organisation_id=trust.id)  # fmt: skip
            steps = await _steps(tx, plan)
    head = {
        "id": plan.id, "ref": str(plan.ref), "state": plan.state, "state_reason": plan.state_reason,
        "revision": plan.revision, "protocol": plan.protocol.key, "version": plan.protocol.version,
        "started_on": plan.course.started_on, "anchors": dict(plan.course.anchors),
        "limits": [{"rule": rule, "limit": str(limit)} for rule, limit in plan.effective.limits.items()],
    }  # fmt: skip
    overrides = msgspec.to_builtins(plan.overrides)
    context.show({"plan": head, "overrides": overrides, "steps": steps}, "\n".join(_explained(head, overrides, steps)))
    return Exit.DONE


async def _steps(tx: Tx, plan: PlanOnFile) -> list[dict[str, Any]]:
    looks = await looks_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    rows = await occurrences_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    return [
        {
            "step": step.step.key, "title": step.step.title,
            "sentence": current_and_next(step, course=plan.course, today=tx.today).sentence,
            "occurrences": list(_rows(step, plan, [row for row in rows if row.step_key == step.step.key], looks)),
        }
        for step in plan.effective.steps
    ]  # fmt: skip


def _rows(
    step: EffectiveStep, plan: PlanOnFile, rows: list[OccurrenceOnFile], looks: dict[int, tuple[date, str]]
) -> Iterator[dict[str, Any]]:
    why = {one.number: one.skipped_because or one.reason for one in occurrences(step, course=plan.course)}
    for row in rows:
        next_on, stage = looks.get(row.id, (None, None))
        yield {
            "id": row.id, "ref": str(row.ref), "number": row.number, "state": row.state, "state_reason": row.state_reason,
            "earliest_on": row.earliest_on, "due_on": row.due_on, "latest_on": row.latest_on, "done_on": row.done_on,
            "reason": why.get(row.number), "looked_at_next_on": next_on, "stage": stage,
        }  # fmt: skip


def _explained(head: dict[str, Any], overrides: list[dict[str, Any]], steps: list[dict[str, Any]]) -> Iterator[str]:
    reason = f" ({head['state_reason']})" if head["state_reason"] else ""
    yield f"Plan {head['id']}: {head['protocol']} version {head['version']}, {head['state']}{reason}"
    yield from (f"From {name}: {on}" for name, on in head["anchors"].items())
    for one in overrides:
        yield f"Changed on {one['made_on']} by {one['author']}: {one['change']['kind']} ({one['reason']})"
    for step in steps:
        yield step["sentence"]
        for row in step["occurrences"]:
            then = f"; looked at on {row['looked_at_next_on']} ({row['stage']})" if row["stage"] else ""
            yield f"  {row['number']}: due {row['due_on']}, {row['state']}{then}. {row['state_reason'] or row['reason'] or ''}"


def _described(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", nargs="?", help="a protocol of this release")
    parser.add_argument("--protocol", metavar="KEY", help="the same, by name")
    parser.add_argument("--file", metavar="PATH", help="a protocol that somebody is writing")
    parser.add_argument("--anchor", metavar="NAME=DATE", action="append", default=[],
                        help="surgery, end_of_treatment, diagnosis or pre_treatment_scan")  # fmt: skip
    parser.add_argument("--born", metavar="DATE", help="needed where a step depends on age")
    parser.add_argument("--started", metavar="DATE", help="leave out what was over by then (default: the first anchor)")
    parser.add_argument("--today", metavar="DATE", help="as if today were another day")
    parser.add_argument("--change", metavar="JSON", action="append", default=[],
                        help='a change for the person, such as {"kind":"skip","step":"symptom-check","number":2}')  # fmt: skip
    parser.add_argument("--done", metavar="STEP:NUMBER=DATE", action="append", default=[], help="one that was done")


def _preview_arguments(parser: argparse.ArgumentParser) -> None:
    _described(parser)
    parser.add_argument("--until", metavar="DATE", help="only what is due by then")


def _simulate_arguments(parser: argparse.ArgumentParser) -> None:
    _described(parser)
    parser.add_argument("--until", metavar="DATE", help="the last day (default: ten years from today)")
    parser.add_argument("--scenario", choices=[one.value for one in Scenario],
                        help="what is sent, asked, done and raised by a plan that begins today")  # fmt: skip


def _explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="ID|REF", help="the plan's number or its reference")
    acting_arguments(parser)


COMMANDS = (
    Command(words="plan preview", help="Every date of a plan, with why.", run=run_preview, arguments=_preview_arguments,
            reads=True),
    Command(words="plan simulate", help="What a plan would do as time passes.", run=run_simulate,
            arguments=_simulate_arguments, reads=True),
    Command(words="plan explain", help="Why a running plan says what it says.", run=run_explain,
            arguments=_explain_arguments, reads=True),
)  # fmt: skip
