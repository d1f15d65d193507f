"""`rms messages lint | forecast | explain`: is the wording fit to send, what will leave when, what became of one."""

import argparse
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from rms.audit.moves import record
from rms.cli.acting import operator
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import whole
from rms.clock import london_time
from rms.db.engine import Tx
from rms.errors import BadInput, NotFound, Usage
from rms.messages.catalogue import TEMPLATES, load
from rms.messages.history import HistoryLine, Waiting, find_message, history_of, waiting_by_day
from rms.messages.letters import letter_catalogue
from rms.messages.model import Finding
from rms.messages.own import wordings
from rms.messages.own_proof import own_findings, senders_of
from rms.messages.proof import proof_read
from rms.messages.store import MessageOnFile
from rms.people.store import organisation, teams

MOST_DAYS = 366
_EXAMPLE_PORTAL = "https://followup.example.org"


async def run_lint(context: Context, arguments: Arguments) -> int:
    """Proof-read one wording or a folder of them, and what an organisation wrote itself; 1 when anything is wrong."""
    paths = _wordings(Path(arguments.path))
    found = {path.name: proof_read(_text(path), name=path.name) for path in paths}
    if arguments.organisation is not None:
        found |= await _own_found(context, arguments.organisation)
    faulty = {name: findings for name, findings in found.items() if findings}
    lines = [f"{name}: {finding.sentence}" for name, findings in faulty.items() for finding in findings]
    wrong = [{"file": name, "code": finding.code, "sentence": finding.sentence}
             for name, findings in faulty.items() for finding in findings]  # fmt: skip
    context.show({"files": len(paths), "own": len(found) - len(paths), "findings": wrong, "ok": not wrong},
                 "\n".join([*lines, f"{len(found)} wordings read, {len(faulty)} with faults."]))  # fmt: skip
    return Exit.NO if wrong else Exit.DONE


async def _own_found(context: Context, code: str) -> dict[str, tuple[Finding, ...]]:
    """What is wrong with the drafts and the words in force of one organisation, by a name that no file has."""
    catalogue = {**load(), **letter_catalogue()}
    async with context.database() as database:
        trust = await context.organisation(database, code)
        async with database.transaction(organisation_id=trust.id) as tx:
            here = await organisation(tx, trust.id)
            portal = context.settings.portal_url or _EXAMPLE_PORTAL
            by = senders_of(here, await teams(tx, organisation_id=trust.id), portal_url=portal)
            known = [one for one in await wordings(tx, organisation_id=trust.id) if one.in_force or one.is_draft]
    return {
        f"{one.purpose}.{one.channel} version {one.version} of {trust.code}": own_findings(
            one.words, standard=catalogue[one.purpose, one.channel], senders=by
        )
        for one in known
    }


def lint_arguments(parser: argparse.ArgumentParser) -> None:
    """The place of the wording; ours when it is left out."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=str(TEMPLATES), help="a wording file or a folder")
    parser.add_argument("--organisation", metavar="CODE", help="also what this trust wrote itself, drafts included")


def _wordings(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(path.glob("*.txt")) if path.is_dir() else []
    if not found:
        raise BadInput(f"{path} is no wording file and no folder with wording files (*.txt).")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} cannot be read (it is not text in UTF-8).") from error


async def run_forecast(context: Context, arguments: Arguments) -> int:
    """Count what will leave, and what the calendar will look at, day by day."""
    async with context.database() as database:
        organisation = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=organisation.id) as tx:
            until = tx.today + timedelta(days=arguments.days - 1)
            waiting = await waiting_by_day(tx, organisation_id=organisation.id, until=until)
            stages = await _stages_by_day(tx, organisation_id=organisation.id, until=until)
            today = tx.today
    days = [_day(today + timedelta(days=n), waiting, stages) for n in range(arguments.days)]
    total = {"messages": sum(one.count for one in waiting), "reminders": _total(stages, "remind")}
    last = (
        f"{total['messages']} messages wait and {total['reminders']} reminders will fall due from {today} to {until}."
    )
    text = "\n".join([*(_line(day) for day in days if day["messages"] or day["stages"]), last])
    context.show({"organisation": organisation.code, "from_on": today, "until_on": until, "days": days, "total": total},
                 text)  # fmt: skip
    return Exit.DONE


def forecast_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose messages, and how far ahead."""
    parser.add_argument("--organisation", metavar="CODE", required=True, help="the ODS code of the organisation")
    parser.add_argument(
        "--days",
        metavar="N",
        type=whole(least=1, most=MOST_DAYS),
        default=30,
        help="how many days ahead, today included (default: 30)",
    )


async def _stages_by_day(tx: Tx, *, organisation_id: int, until: date) -> dict[date, Counter[str]]:
    """How often each kind of stage (remind, late, chase, ...) stands on the calendar; what is overdue is today's."""
    rows = await tx.fetch(
        "select greatest(act_on, $2) as day, split_part(stage, ':', 1) as stage, count(*) as count from calendar"
        " where organisation_id = $1 and act_on <= $3 group by 1, 2",
        organisation_id, tx.today, until,
    )  # fmt: skip
    days: dict[date, Counter[str]] = {}
    for row in rows:
        days.setdefault(row["day"], Counter())[row["stage"]] += row["count"]
    return days


def _day(on: date, waiting: list[Waiting], stages: dict[date, Counter[str]]) -> dict[str, Any]:
    messages = Counter[str]()
    for one in waiting:
        if one.on == on:
            messages[one.channel] += one.count
    return {"on": on, "messages": dict(messages), "stages": dict(sorted(stages.get(on, Counter()).items()))}


def _line(day: dict[str, Any]) -> str:
    counts = [f"{count} {name}" for name, count in (*day["messages"].items(), *day["stages"].items())]
    return f"{day['on']}  {', '.join(counts)}"


def _total(stages: dict[date, Counter[str]], kind: str) -> int:
    return sum(counter[kind] for counter in stages.values())


async def run_explain(context: Context, arguments: Arguments) -> int:
    """Tell the history of one message, without its words and without the address. The look is audited."""
    key = _key(arguments.message)
    async with context.database("worker") as database, database.transaction() as tx:
        message = await find_message(tx, key)
        if message is None:
            raise NotFound(f"There is no message {arguments.message}.")
        history = await history_of(tx, message)
        await record(tx, by=operator(), verb="message.look", subject_kind="message", subject_id=message.id,
                     patient_id=message.patient_id, organisation_id=message.organisation_id)  # fmt: skip
    context.show({**_shown(message), "history": [msgspec.structs.asdict(line) for line in history]},
                 "\n".join([_headline(message), *map(_history_line, history)]))  # fmt: skip
    return Exit.DONE


def explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Which message: its number, or the reference that the provider knows."""
    parser.add_argument("message", metavar="ID|REF", help="the message's number or its reference")


def _key(text: str) -> UUID | int:
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    try:
        return UUID(text)
    except ValueError as error:
        raise Usage("Name the message by its number or its reference.") from error


def _shown(message: MessageOnFile) -> dict[str, Any]:
    names = ("id", "ref", "organisation_id", "patient_id", "team_id", "plan_id", "recipient", "cause_kind", "cause_id",
             "purpose", "channel", "attempt", "state", "state_reason", "queued_at", "not_before", "not_after", "epoch",
             "asked", "called_at", "provider")  # fmt: skip
    return {name: getattr(message, name) for name in names}


def _headline(message: MessageOnFile) -> str:
    reason = f": {message.state_reason}" if message.state_reason else "."
    return (
        f"Message {message.id} ({message.ref}), {message.purpose} by {message.channel} to {message.recipient},"
        f" because of {message.cause_kind} {message.cause_id}, is {message.state}{reason}"
    )


def _history_line(line: HistoryLine) -> str:
    return f"{london_time(line.at):%Y-%m-%d %H:%M:%S}  {line.kind}" + (f"  {line.detail}" if line.detail else "")


COMMANDS = (
    Command(words="messages lint", help="Check the wording of texts and emails.", run=run_lint,
            arguments=lint_arguments, reads=True),
    Command(words="messages forecast", help="Count what will be sent, day by day.", run=run_forecast,
            arguments=forecast_arguments, reads=True),
    Command(words="messages explain", help="Tell what happened to one message.", run=run_explain,
            arguments=explain_arguments, reads=True),
)  # fmt: skip
