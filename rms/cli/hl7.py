"""`rms listen` and `rms hl7 parse | send | list | replay`: take laboratory messages, show, send and read them again."""

import argparse
import asyncio
import hashlib
from collections import Counter
from pathlib import Path
from uuid import UUID

import msgspec

from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import port, whole
from rms.errors import BadInput, GatewayUnreachable, NotFound, Usage
from rms.rehearsal.dying import die_with_parent
from rms.sync.hl7 import Message, read, split_file
from rms.sync.jobs import file_inbox
from rms.sync.listener import serve
from rms.sync.mllp import wrap
from rms.sync.senders import Peer
from rms.sync.store import InboxLine, Kept, add_to_inbox, inbox_lines, peers, read_again

STATES = ("received", "filed", "waiting", "not_for_us", "duplicate", "set_aside")
_ANSWER_SECONDS = 60


async def run_listen(context: Context, arguments: Arguments) -> int:
    """Take messages over MLLP until the process is asked to end."""
    if arguments.die_with_parent:
        die_with_parent()
    host, on_port = _where(context, arguments)
    async with context.database("listener") as database:
        context.say(f"RMS listens for HL7 v2 messages on {host}:{on_port}.")
        await serve(database, host=host, port=on_port)
    return Exit.DONE


def _where(context: Context, arguments: Arguments) -> tuple[str, int]:
    return arguments.host or context.settings.mllp_host, arguments.port or context.settings.mllp_port


def listen_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen; the settings say so when it is left out."""
    parser.add_argument("--host", help="the address to listen on (default: RMS_MLLP_HOST)")
    parser.add_argument("--port", type=port, help="the port to listen on (default: RMS_MLLP_PORT)")
    parser.add_argument(
        "--die-with-parent", action="store_true", help="end when the process that started this one ends"
    )


async def run_parse(context: Context, arguments: Arguments) -> int:
    """Show how messages are understood; 1 when one of them has a fault that a person would have to look at."""
    messages = [read(raw) for raw in messages_in(Path(arguments.path))]
    context.show({"messages": [msgspec.to_builtins(one) for one in messages]}, "\n\n".join(map(_described, messages)))
    return Exit.NO if any(one.faults for one in messages) else Exit.DONE


def parse_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("path", metavar="PATH", help="a file with one HL7 v2 message or several")


def messages_in(path: Path) -> list[bytes]:
    """The messages of a file; BadInput when it cannot be read or holds none."""
    try:
        found = split_file(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    if not found:
        raise BadInput(f"{path} holds no message.")
    return found


def _must_be_hl7(messages: list[bytes], path: str) -> None:
    """BadInput when no message of a file has a header; among others, one without a header is a question for a person."""
    first = read(messages[0])
    if all(not one.type and one.faults for one in map(read, messages)):
        raise BadInput(f"{path} holds no HL7 v2 message: {first.faults[0].text}")


def _described(message: Message) -> str:
    kind = "^".join(part for part in (message.type, message.event) if part) or "of no type"
    lines = [
        f"{message.control_id or '(no number)'}: {kind} from {message.sending_application} {message.sending_facility}"
    ]
    for order in message.orders:
        lines.append(f"  {order.text or '(no name)'}, order {order.filler or order.placer or '(no number)'}")
        for seen in order.observations:
            code = next((one.text or one.code for one in seen.codes), "(no code)")
            shown = "\n".join(seen.values) or seen.not_understood
            day = seen.sample_at.on if seen.sample_at and seen.sample_at.on else "an unknown day"
            lines.append(f"    {code}: {shown} {seen.unit} ({seen.status or 'no status'}), sample of {day}")
    lines += (f"  {'FAULT' if note.is_fault else 'note'} {note.place}: {note.text}" for note in message.notes)
    return "\n".join(lines)


async def run_send(context: Context, arguments: Arguments) -> int:
    """Send every message of a file over MLLP and show the answers; 1 when one was not accepted."""
    messages = messages_in(Path(arguments.path))
    host, to_port = _where(context, arguments)
    answers = await _send(messages, host=host, to_port=to_port)
    lines = [f"{one['control_id'] or '(no number)'}: {one['answer']} {one['text']}".rstrip() for one in answers]
    context.show({"answers": answers}, "\n".join(lines))
    return Exit.DONE if all(one["answer"] == "AA" for one in answers) else Exit.NO


def send_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and where to."""
    parser.add_argument("path", metavar="PATH", help="a file with one HL7 v2 message or several")
    parser.add_argument("--host", help="the listener's address (default: RMS_MLLP_HOST)")
    parser.add_argument("--port", type=port, help="the listener's port (default: RMS_MLLP_PORT)")


async def _send(messages: list[bytes], *, host: str, to_port: int) -> list[dict[str, str]]:
    answers: list[dict[str, str]] = []
    try:
        reader, writer = await asyncio.open_connection(host, to_port, limit=2**20)
    except OSError as error:
        raise GatewayUnreachable(
            f"Nobody answers at {host}:{to_port} ({error.strerror or type(error).__name__})."
        ) from error
    try:
        for message in messages:
            writer.write(wrap(message))
            await asyncio.wait_for(writer.drain(), _ANSWER_SECONDS)
            raw = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), _ANSWER_SECONDS)
            answers.append({"control_id": read(message).control_id, **_answer(raw)})
    except (OSError, EOFError, TimeoutError) as error:
        done = f"{len(answers)} of {len(messages)} messages were answered"
        raise GatewayUnreachable(f"The line to {host}:{to_port} broke: {done}. Send the rest again.") from error
    finally:
        writer.close()
    return answers


def _answer(raw: bytes) -> dict[str, str]:
    """MSA-1 and MSA-3 of an acknowledgement."""
    text = raw.strip(b"\x0b\x1c\r").decode("utf-8", "replace")
    msa = next((line.split(text[3:4] or "|") for line in text.split("\r") if line.startswith("MSA")), ["MSA"])
    return {"answer": msa[1] if len(msa) > 1 else "nothing we understand", "text": msa[3] if len(msa) > 3 else ""}


async def run_list(context: Context, arguments: Arguments) -> int:
    """The latest messages that wait or were set aside, or those in the states that are named."""
    async with context.database("worker") as database, database.transaction() as tx:
        found = await inbox_lines(tx, states=arguments.state or ["waiting", "set_aside"], at_most=arguments.limit)
    context.show({"messages": [msgspec.to_builtins(one) for one in found]},
                 "\n".join(map(_line, found)) or "There is no such message.")  # fmt: skip
    return Exit.DONE


def list_arguments(parser: argparse.ArgumentParser) -> None:
    """Which, and how many."""
    parser.add_argument("--state", action="append", choices=STATES, help="may be given several times")
    parser.add_argument("--limit", metavar="N", type=whole(least=1), default=50, help="how many at most (default: 50)")


def _line(one: InboxLine) -> str:
    at, sender = f"{one.received_at:%Y-%m-%d %H:%M}", one.peer or one.peer_address
    return f"{one.ref}  {at}  {one.state}  {sender}  {one.reason or ''}".rstrip()


async def run_replay(context: Context, arguments: Arguments) -> int:
    """Put messages back to be read by the worker, after what they waited for was mended."""
    try:
        refs = [UUID(ref) for ref in arguments.refs]
    except ValueError:
        raise Usage("A message is named by its ref, as `rms hl7 list` shows it.") from None
    async with context.database("worker") as database, database.transaction() as tx:
        again = await read_again(tx, refs)
        if set(again) != set(refs):
            missing = ", ".join(str(ref) for ref in refs if ref not in again)
            raise NotFound(f"No message waits, is set aside or was not for us under {missing}; nothing was changed.")
    context.show({"read_again": again}, f"{len(again)} messages will be read again.")
    return Exit.DONE


def replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Which."""
    parser.add_argument("refs", metavar="REF", nargs="+", help="the ref of a message, as `rms hl7 list` shows it")


async def run_import_hl7(context: Context, arguments: Arguments) -> int:
    """Take a file of messages in, as if a peer had sent them; without --approve only say what is in it."""
    if arguments.dry_run and arguments.approve:
        raise Usage("A dry run takes nothing in, so it cannot be approved: give --dry-run or --approve.")
    messages = messages_in(Path(arguments.path))
    _must_be_hl7(messages, arguments.path)
    kinds = Counter(read(raw).kind.value for raw in messages)
    words = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    if not arguments.approve:
        if arguments.peer is not None:
            async with context.database("worker") as database, database.transaction() as tx:
                _named(await peers(tx), arguments.peer)
        context.show({"messages": len(messages), "kinds": kinds, "approved": False},
                     f"{len(messages)} messages: {words}. Nothing was taken in; --approve does.")  # fmt: skip
        return Exit.DONE
    async with context.database("worker") as database:
        async with database.transaction() as tx:
            peer = _named(await peers(tx), arguments.peer)
            last = await tx.fetchval("select coalesce(max(id), 0) from inbox")
            await add_to_inbox(tx, [_kept(raw, peer) for raw in messages])
        await file_inbox(database)
        async with database.transaction() as tx:
            lines = await inbox_lines(tx, states=STATES, at_most=len(messages), after=last)
    states = Counter(one.state for one in lines)
    became = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    context.show({"messages": len(messages), "kinds": kinds, "approved": True, "states": states},
                 f"{len(messages)} messages were taken in from {peer.name}: {became}.")  # fmt: skip
    return Exit.DONE


def import_hl7_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and whose it is."""
    parser.add_argument("path", metavar="PATH", help="a file with HL7 v2 messages")
    parser.add_argument(
        "--peer", metavar="NAME", help="the peer that the messages are from, as `rms peer list` shows it"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what is in it")
    parser.add_argument("--approve", action="store_true", help="take the messages in")


def _named(known: list[Peer], name: str | None) -> Peer:
    if name is None:
        raise Usage("Say with --peer whose messages these are; `rms peer list` shows the peers.")
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise BadInput(f"There is no peer named {name}. `rms peer list` shows them.")
    return found


def _kept(raw: bytes, peer: Peer) -> Kept:
    return Kept(
        peer_id=peer.id, peer_address="file", raw=raw, sha256=hashlib.sha256(raw).digest(),
        control_id=read(raw).control_id[:200] or None, answered="AA", frame_fault=None,
    )  # fmt: skip


COMMANDS = (
    Command(words="listen", help="Take laboratory messages over MLLP.", run=run_listen, arguments=listen_arguments,
            founds=True),
    Command(words="hl7 parse", help="Show how messages are understood.", run=run_parse, arguments=parse_arguments, reads=True),
    Command(words="hl7 send", help="Send messages over MLLP.", run=run_send, arguments=send_arguments, reads=True),
    Command(words="hl7 list", help="Show messages that wait or were set aside.", run=run_list, arguments=list_arguments,
            reads=True),
    Command(words="hl7 replay", help="Read messages again.", run=run_replay, arguments=replay_arguments, reads=True),
)  # fmt: skip
