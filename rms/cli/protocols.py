"""`rms protocol ...`: the protocols of this release, those of a database, and files that somebody is writing."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from rms.cli.acting import acting, acting_arguments
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import filled, version
from rms.db.engine import Tx
from rms.errors import BadInput, Usage
from rms.people.permissions import Permission
from rms.plans.moves import sign_off
from rms.plans.protocol import LIBRARY, Fault, Protocol, ProtocolRefused, decode, json_schema, load_library
from rms.plans.protocol.defaults import TAG, reminders_of, window_of
from rms.plans.protocol.said import duration_said, months_said
from rms.plans.store import ProtocolOnFile, protocol_by_key, protocol_versions

#: `protocol_by_key` asks for an organisation because of its sign-off; no organisation has this number.
NOBODY = 0
_TWO = "Name a key and two versions, two files, or one file to compare with this release."


def from_library(key: str) -> Protocol:
    """The protocol of this release with that key; BadInput when there is none."""
    library = load_library()
    if key not in library:
        raise BadInput(f"There is no protocol {key}. There are: {', '.join(library)}.")
    return library[key]


def from_file(path: str) -> Protocol:
    """The protocol in a file; BadInput when it cannot be read, ProtocolRefused with every fault."""
    try:
        return decode(Path(path).read_bytes(), file=path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None


async def run_list(context: Context, arguments: Arguments) -> int:
    """The protocols of this release; with --organisation those of the database, with who signed them off there."""
    if arguments.organisation is None:
        found = [_head(protocol) for protocol in load_library().values()]
    else:
        async with context.database() as database:
            trust = await context.organisation(database, arguments.organisation)
            async with database.transaction(organisation_id=trust.id) as tx:
                found = [_signed(one) for one in await protocol_versions(tx, organisation_id=trust.id)]
    lines = [f"{one['key']} version {one['version']}: {one['title']}{_signature(one)}" for one in found]
    context.show({"protocols": found}, "\n".join(lines) or "There is no protocol.")
    return Exit.DONE


def _head(protocol: Protocol) -> dict[str, Any]:
    return {
        "key": protocol.key, "version": protocol.version, "title": protocol.title, "tumour_site": protocol.tumour_site,
        "anchors": list(protocol.anchors), "steps": [step.key for step in protocol.steps],
        "rules": [rule.key for rule in protocol.rules],
    }  # fmt: skip


def _signed(one: ProtocolOnFile) -> dict[str, Any]:
    signed = {"signed_off_by": one.signed_by, "signed_off_at": one.signed_at,
              "for_demonstration_only": one.for_demonstration_only}  # fmt: skip
    return {**_head(one.protocol), **signed}


def _signature(one: dict[str, Any]) -> str:
    if "signed_off_by" not in one:
        return ""
    if one["signed_off_by"] is None:
        return " (not signed off)"
    return (
        f" (signed off by {one['signed_off_by']}{', for demonstration only' if one['for_demonstration_only'] else ''})"
    )


async def run_show(context: Context, arguments: Arguments) -> int:
    """One protocol of this release, whole."""
    protocol = from_library(arguments.key)
    context.show({"protocol": msgspec.to_builtins(protocol)}, "\n".join(_told(protocol)))
    return Exit.DONE


def _told(protocol: Protocol) -> Iterator[str]:
    yield f"{protocol.title} ({protocol.key} version {protocol.version}, {protocol.tumour_site}): {protocol.setting}"
    yield f"Counts from: {', '.join(protocol.anchors)}. Lasts: {duration_said(protocol)}."
    for step in protocol.steps:
        window, reminders = window_of(step), reminders_of(step)
        ours = " (our defaults)" if TAG in (window.source, reminders.source) else ""
        yield f"  {step.key}: {step.title}, month {months_said(step.schedule)} after {step.schedule.anchor}"
        days = ", ".join(f"{day:+d}" for day in reminders.days) or "none"
        yield f"    window {window.early_days} days before to {window.late_days} after; reminders: {days}{ours}"
    for rule in protocol.rules:
        yield f"  rule {rule.key}: {rule.title} ({rule.alert}, {rule.owner_role})"
    for tag, source in protocol.sources.items():
        yield f"  source {tag} ({source.quality}): {source.text}"


async def run_validate(context: Context, arguments: Arguments) -> int:
    """A file, or a whole folder laid out like ours: every fault at once."""
    path, faults = Path(arguments.path), tuple[Fault, ...]()
    if not path.exists():
        raise BadInput(f"There is no file or folder {path}.")
    try:
        keys = list(load_library(path)) if path.is_dir() else [from_file(arguments.path).key]
    except ProtocolRefused as refused:
        keys, faults = [], refused.faults
    text = "\n".join(map(str, faults)) or f"Nothing is wrong with {', '.join(keys)}."
    context.show({"ok": not faults, "protocols": keys, "faults": msgspec.to_builtins(faults)}, text)
    return Exit.NO if faults else Exit.DONE


async def run_diff(context: Context, arguments: Arguments) -> int:
    """Two versions of a stored protocol, two files, or a file against this release."""
    old, new = await _two(context, arguments.what)
    changes = list(differences(msgspec.to_builtins(old), msgspec.to_builtins(new)))
    text = [f"{one['key']}: {_short(one['from'])} -> {_short(one['to'])}" for one in changes]
    heads = {"from": {"key": old.key, "version": old.version}, "to": {"key": new.key, "version": new.version}}
    context.show({**heads, "changes": changes}, "\n".join(text) or "They say the same.")
    return Exit.DONE


async def _two(context: Context, what: list[str]) -> tuple[Protocol, Protocol]:
    if len(what) == 3:
        old, new = _version(what[1]), _version(what[2])
        async with context.database() as database, database.transaction() as tx:
            return await _stored(tx, key=what[0], number=old), await _stored(tx, key=what[0], number=new)
    if len(what) == 2:
        return from_file(what[0]), from_file(what[1])
    if len(what) == 1:
        written = from_file(what[0])
        return from_library(written.key), written
    raise Usage(_TWO)


def _version(text: str) -> int:
    try:
        return version(text)
    except argparse.ArgumentTypeError:
        raise Usage(_TWO) from None


async def _stored(tx: Tx, *, key: str, number: int) -> Protocol:
    found = await protocol_by_key(tx, organisation_id=NOBODY, key=key, version=number)
    if found is None:
        raise BadInput(f"The database has no version {number} of {key}.")
    return found.protocol


def differences(old: Any, new: Any, at: str = "") -> Iterator[dict[str, Any]]:
    """Every place where two trees differ; parts of a list that have a key are compared by it. None: not there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from differences(old.get(name), new.get(name), f"{at}.{name}" if at else name)
    elif _keyed(old) and _keyed(new):
        yield from differences({one["key"]: one for one in old}, {one["key"]: one for one in new}, at)
    elif old != new:
        yield {"key": at, "from": old, "to": new}


def _keyed(tree: Any) -> bool:
    return isinstance(tree, list | tuple) and bool(tree) and all(isinstance(one, dict) and "key" in one for one in tree)


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


async def run_schema(context: Context, arguments: Arguments) -> int:
    """The JSON Schema of a protocol file."""
    del arguments
    schema = json_schema()
    context.show(schema, msgspec.json.format(msgspec.json.encode(schema)).decode())
    return Exit.DONE


async def run_sign_off(context: Context, arguments: Arguments) -> int:
    """A named clinician answers for using a version at their trust."""
    if arguments.by is None:
        raise Usage("A protocol is signed off by somebody: give --by SIGN_IN_NAME.")
    async with context.database() as database:
        trust = await context.organisation(database, arguments.organisation)
        by = await acting(database, organisation_id=trust.id, by=arguments.by, permission=Permission.PROTOCOL_APPROVE)
        async with database.transaction(organisation_id=trust.id) as tx:
            found = await protocol_by_key(tx, organisation_id=trust.id, key=arguments.key, version=arguments.version)
            if found is None:
                raise BadInput(f"The database has no version {arguments.version} of {arguments.key}.")
            await sign_off(tx, organisation_id=trust.id, protocol_version_id=found.id, note=arguments.note,
                           for_demonstration_only=arguments.demonstration, by=by)  # fmt: skip
    context.show(
        {"key": arguments.key, "version": arguments.version, "organisation": trust.code, "signed_off_by": by.name,
         "for_demonstration_only": arguments.demonstration},
        f"{arguments.key} version {arguments.version} is signed off at {trust.name} by {by.name}.",
    )  # fmt: skip
    return Exit.DONE


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", metavar="CODE", help="what the database has, and who signed it off there")


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="the protocol, as `rms protocol list` shows it")


def _validate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", default=str(LIBRARY), help="a file, or a folder of sites")


def _diff_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="+",
        metavar="KEY V1 V2 | PATH [PATH]",
        help="two stored versions, two files, or a file and this release",
    )


def _sign_off_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="the protocol, as `rms protocol list` shows it")
    parser.add_argument("--version", type=version, required=True, metavar="N", help="the version that was read")
    parser.add_argument(
        "--note", type=filled, required=True, metavar="TEXT", help="what was checked, and by which group it was agreed"
    )
    parser.add_argument("--demonstration", action="store_true", help="not for real people")
    acting_arguments(parser)


COMMANDS = (
    Command(words="protocol list", help="The protocols.", run=run_list, arguments=_list_arguments, reads=True),
    Command(words="protocol show", help="One protocol, whole.", run=run_show, arguments=_show_arguments, reads=True),
    Command(words="protocol validate", help="What is wrong with a file or a folder.", run=run_validate,
            arguments=_validate_arguments, reads=True),
    Command(words="protocol diff", help="How two versions differ.", run=run_diff, arguments=_diff_arguments, reads=True),
    Command(words="protocol schema", help="The JSON Schema of a protocol file.", run=run_schema, reads=True),
    Command(words="protocol sign-off", help="Sign a version off for a trust.", run=run_sign_off,
            arguments=_sign_off_arguments, reads=True),
)  # fmt: skip
