"""What the register holds: resources by type and id, and the file they are kept in. Knows no network.

The file is the store: one line of JSON for each transaction taken, written and flushed to disk before anybody is
answered. Opening it again brings everything back; a line that was cut short by a kill was never answered, and goes.
"""

import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

from rms.clock import real_now

Resource = dict[str, Any]


class Refusal(Exception):
    """Why a transaction is not taken; `status` is HTTP's."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one entry. `status` is 201 for a new resource, 200 for one that was there or was replaced."""

    status: int
    resource: Resource
    was_written: bool


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction in the log: when, under which idempotency key, and the resources it wrote or found."""

    number: int
    at: str
    key: str | None
    written: list[Written]


class Shelf:
    """All resources, and the log. Not for two processes at once."""

    def __init__(self, path: Path | None) -> None:
        self.log: list[Taken] = []
        self._resources: dict[tuple[str, str], Resource] = {}
        self._by_identifier: dict[tuple[str, str], list[str]] = {}
        self._file: int | None = None
        if path is not None:
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            self._read_back(path)

    def close(self) -> None:
        """Give back the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def get(self, kind: str, resource_id: str) -> Resource | None:
        """One resource, or None."""
        return self._resources.get((kind, resource_id))

    def find(self, kind: str, *, identifier: str | None) -> Sequence[Resource]:
        """Resources of a type; only those with an identifier (`system|value`) when one is given."""
        if identifier is None:
            return [resource for (held, _), resource in self._resources.items() if held == kind]
        held = [self._resources[kind, found] for found in self._by_identifier.get((kind, identifier), [])]
        return [resource for resource in held if identifier in identifiers(resource)]

    def take(self, entries: Sequence[Mapping[str, Any]], *, key: str | None) -> Sequence[Written]:
        """Carry out the entries of a transaction, all or none. Raises Refusal, and then nothing was changed."""
        plan: list[Written] = []
        for entry in entries:
            plan.append(self._plan(entry, before=plan))
        _resolve(entries, plan)
        taken = Taken(number=len(self.log) + 1, at=real_now().isoformat(), key=key, written=plan)
        if self._file is not None:
            os.write(self._file, msgspec.json.encode(taken) + b"\n")
            os.fsync(self._file)
        self._keep(taken)
        return plan

    def _plan(self, entry: Mapping[str, Any], *, before: Sequence[Written]) -> Written:
        request, resource = entry.get("request"), entry.get("resource")
        if not isinstance(request, dict) or not isinstance(resource, dict):
            raise Refusal(400, "An entry has no request or no resource.")
        method, url, kind = request.get("method"), str(request.get("url", "")), resource.get("resourceType")
        if url.partition("?")[0].partition("/")[0] != kind or method not in ("POST", "PUT"):
            raise Refusal(400, "An entry is neither a POST nor a PUT of its own type.")
        query = str(request.get("ifNoneExist", "")) if method == "POST" else url.partition("?")[2]
        matches = self._matches(str(kind), query, before=before) if query else []
        if len(matches) > 1:
            raise Refusal(412, "More than one resource matches a condition.")
        if matches and method == "POST":
            return Written(status=200, resource=matches[0], was_written=False)
        named = url.partition("/")[2] if method == "PUT" and "/" in url else None
        found_id = matches[0]["id"] if matches else named
        is_new = found_id is None or self.get(str(kind), found_id) is None
        return Written(
            status=201 if is_new else 200, resource={**resource, "id": found_id or str(uuid.uuid4())}, was_written=True
        )

    def _matches(self, kind: str, query: str, *, before: Sequence[Written]) -> Sequence[Resource]:
        wanted = parse_qs(query).get("identifier", [])
        if len(wanted) != 1:
            raise Refusal(400, "Conditions are understood by one identifier only.")
        fresh = [
            one.resource
            for one in before
            if one.was_written
            and one.resource["resourceType"] == kind
            and unquote(wanted[0]) in identifiers(one.resource)
        ]
        return [*self.find(kind, identifier=unquote(wanted[0])), *fresh]

    def _keep(self, taken: Taken) -> None:
        self.log.append(taken)
        for one in taken.written:
            if one.was_written:
                kind, resource_id = one.resource["resourceType"], one.resource["id"]
                self._resources[kind, resource_id] = one.resource
                for identifier in identifiers(one.resource):
                    held = self._by_identifier.setdefault((kind, identifier), [])
                    if resource_id not in held:
                        held.append(resource_id)

    def _read_back(self, path: Path) -> None:
        assert self._file is not None
        text = path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        os.ftruncate(self._file, len(whole))
        for line in whole.splitlines():
            self._keep(msgspec.json.decode(line, type=Taken))


def identifiers(resource: Mapping[str, Any]) -> Sequence[str]:
    """Every identifier of a resource as `system|value`; a few types have one and not a list."""
    held = resource.get("identifier", [])
    listed = held if isinstance(held, list) else [held]
    return [f"{one.get('system', '')}|{one.get('value', '')}" for one in listed if isinstance(one, dict)]


def _resolve(entries: Sequence[Mapping[str, Any]], plan: Sequence[Written]) -> None:
    """Turn references between entries (`urn:uuid:...`) into the addresses their targets have now."""
    addresses = {
        entry["fullUrl"]: f"{one.resource['resourceType']}/{one.resource['id']}"
        for entry, one in zip(entries, plan, strict=True)
        if str(entry.get("fullUrl", "")).startswith("urn:uuid:")
    }
    for one in plan:
        if one.was_written:
            one.resource.update(_with_addresses(one.resource, addresses))


def _with_addresses(value: Any, addresses: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: addresses.get(held, held) if key == "reference" and isinstance(held, str)
            else _with_addresses(held, addresses)
            for key, held in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [_with_addresses(one, addresses) for one in value]
    return value
