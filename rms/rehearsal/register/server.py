"""The register's command line and its answers over HTTP. See this folder's `__init__.py` for what it can do."""

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from rms.rehearsal.notify_server.wire import Act, Call, Reply, Reset, Silence, serve_connection
from rms.rehearsal.register.script import Fault, Script, Wrong, next_fault
from rms.rehearsal.register.shelf import Refusal, Shelf, Written

_PR_SET_PDEATHSIG = 1


class Register:
    """One register: what it holds, and what it was told to do wrong."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.faults: list[Fault] = []

    async def answer(self, call: Call) -> Act:
        """What this call gets."""
        if call.path.startswith("/_"):
            return self._control(call)
        if call.method == "POST" and call.path == "/":
            return await self._transaction(call)
        if call.method != "GET":
            return outcome(405, "Only transactions are written here.")
        kind, _, resource_id = call.path.removeprefix("/").partition("/")
        if kind == "metadata":
            return fhir(200, _capabilities())
        if resource_id:
            found = self.shelf.get(kind, resource_id)
            return fhir(200, found) if found else outcome(404, "There is no such resource.")
        matches = self.shelf.find(kind, identifier=call.query.get("identifier"))
        entries = [{"resource": resource, "search": {"mode": "match"}} for resource in matches]
        return fhir(200, {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries})

    def _control(self, call: Call) -> Reply:
        if (call.method, call.path) == ("GET", "/_log"):
            return fhir(200, {"accepted": self.shelf.log})
        if (call.method, call.path) != ("POST", "/_faults"):
            return outcome(404, "There are GET /_log and POST /_faults.")
        try:
            self.faults = msgspec.json.decode(call.body, type=Script).faults
        except msgspec.DecodeError as error:
            return outcome(400, str(error))
        return fhir(200, {"faults": self.faults})

    async def _transaction(self, call: Call) -> Act:
        fault = next_fault(self.faults, body=call.body)
        match fault:
            case Fault(do=Wrong.CUT_BEFORE):
                return Reset()
            case Fault(do=Wrong.HANG_BEFORE):
                return Silence(seconds=fault.seconds)
            case Fault(do=Wrong.ERROR_BEFORE):
                return outcome(500, "Ordered to fail.")
            case Fault(do=Wrong.REFUSE):
                return outcome(422, "Ordered to refuse.")
            case Fault(do=Wrong.REDIRECT):
                return Reply(status=307, body=b"", content_type="text/html")
            case Fault(do=Wrong.NOT_JSON):
                return Reply(status=200, body=b"<html>Welcome</html>", content_type="text/html")
        try:
            entries = read_transaction(call)
            taken = entries[:-1] if fault and fault.do is Wrong.PARTIAL else entries
            written = self.shelf.take(taken, key=call.headers.get("idempotency-key"))
        except Refusal as refusal:
            return outcome(refusal.status, str(refusal))
        answers = [_entry(one) for one in written]
        match fault:
            case Fault(do=Wrong.CUT_AFTER_COMMIT):
                return Reset()
            case Fault(do=Wrong.HANG_AFTER_COMMIT):
                return Silence(seconds=fault.seconds)
            case Fault(do=Wrong.ERROR_AFTER_COMMIT):
                return outcome(500, "Ordered to fail afterwards.")
            case Fault(do=Wrong.FEWER_ENTRIES):
                answers = answers[:-1]
            case Fault(do=Wrong.PARTIAL):
                answers = [*answers, {"response": {"status": "422"}}]
        return fhir(200, {"resourceType": "Bundle", "type": "transaction-response", "entry": answers})


def read_transaction(call: Call) -> Sequence[Mapping[str, Any]]:
    """The entries of a transaction bundle. Raises Refusal."""
    if call.headers.get("content-type", "").partition(";")[0] not in ("application/fhir+json", "application/json"):
        raise Refusal(415, "Bundles are sent as application/fhir+json.")
    try:
        bundle = msgspec.json.decode(call.body)
    except msgspec.DecodeError:
        raise Refusal(400, "This is no JSON.") from None
    if not isinstance(bundle, dict) or (bundle.get("resourceType"), bundle.get("type")) != ("Bundle", "transaction"):
        raise Refusal(400, "Only transaction bundles are taken.")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Refusal(400, "The bundle has no entries.")
    return entries


def fhir(status: int, value: object) -> Reply:
    """An answer in FHIR's JSON."""
    return Reply(status=status, body=msgspec.json.encode(value), content_type="application/fhir+json")


def outcome(status: int, words: str) -> Reply:
    """A refusal or a failure, as an OperationOutcome."""
    issue = {"severity": "error", "code": "processing", "diagnostics": words}
    return fhir(status, {"resourceType": "OperationOutcome", "issue": [issue]})


def _entry(written: Written) -> dict[str, Any]:
    location = f"{written.resource['resourceType']}/{written.resource['id']}"
    return {"response": {"status": str(written.status), "location": location}}


def _capabilities() -> dict[str, Any]:
    rest = {"mode": "server", "interaction": [{"code": "transaction"}]}
    return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "format": ["json"], "rest": [rest]}


@asynccontextmanager
async def running(*, port: int = 0, log: Path | None = None) -> AsyncIterator[tuple[Register, str]]:
    """Serve on this machine only; the register and its address."""
    register = Register(Shelf(log))
    server = await asyncio.start_server(lambda *ends: serve_connection(register.answer, *ends), "127.0.0.1", port)
    try:
        yield register, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        register.shelf.close()


async def _serve(*, port: int, log: Path | None) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(port=port, log=log) as (_, url):
        sys.stdout.write(json.dumps({"port": int(url.rpartition(":")[2]), "url": url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m rms.rehearsal.register.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--die-with-parent", action="store_true")
    given = parser.parse_args(arguments)
    if given.die_with_parent:
        _die_with_parent(os.getppid())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(port=given.port, log=given.log))


def _die_with_parent(parent: int) -> None:
    """Have the kernel kill us when our parent ends, however it ends. Linux only; elsewhere the flag does nothing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended between our start and the call
        sys.exit(1)


if __name__ == "__main__":
    main()
