"""What the outside saw: the provider's and the register's own logs, and the database as its owner. Never RMS's word for it."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from rms.rehearsal.story.eyes import Eyes

_LINK = re.compile(r"(https?://\S+/r/\S+)")


class Difference(Exception):
    """Something outside is not as it should be; the sentence says what."""


def check(holds: bool, sentence: str) -> None:
    """Stop the story with a sentence when something does not hold."""
    if not holds:
        raise Difference(sentence)


def taken_by_provider(log: Path, *, to: str) -> list[dict[str, Any]]:
    """Every message the provider took for one address, in order."""
    if not log.exists():
        return []
    taken = [msgspec.json.decode(line) for line in log.read_bytes().splitlines()]
    return [one for one in taken if _digits(one["to"]) == _digits(to)]


def _digits(address: str) -> str:
    return address.replace("+44", "0").replace(" ", "")


def link_in(message: dict[str, Any]) -> str:
    """The link a person taps; Difference when there is none."""
    found = _LINK.search(message["body"])
    if found is None:
        raise Difference("The message that asks for answers holds no link.")
    return found[1].rstrip(".")


def taken_by_register(log: Path) -> list[dict[str, Any]]:
    """Every resource the register wrote, in order."""
    if not log.exists():
        return []
    taken = [msgspec.json.decode(line) for line in log.read_bytes().splitlines()]
    return [written["resource"] for one in taken for written in one["written"] if written["was_written"]]


def identifiers(resources: list[dict[str, Any]], *, system: str = "urn:rms:event") -> Counter[str]:
    """How often each of our references stands in what the register holds, over the last version of each resource."""
    last = {(one["resourceType"], one["id"]): one for one in resources}
    return Counter(
        identifier["value"]
        for one in last.values()
        for identifier in one.get("identifier", [])
        if identifier.get("system") == system
    )


async def compare_messages(owner: Eyes, log: Path, *, patient_ids: list[int], to: str) -> int:
    """Every message that left is with the provider once, and the provider has none that we did not send; how many."""
    rows = await owner.fetch(
        "select ref::text, state, purpose from message where patient_id = any($1) and channel <> 'letter'"
        " and state in ('accepted', 'delivered', 'failed')",
        patient_ids,
    )
    ours = Counter(row["ref"] for row in rows)
    theirs = Counter(one["reference"] for one in taken_by_provider(log, to=to))
    check(all(count == 1 for count in theirs.values()), "The provider took a message twice.")
    check(ours == theirs, f"The provider took {len(theirs)} messages for him; the database says {len(ours)} left.")
    return len(rows)


async def compare_events(owner: Eyes, log: Path, *, patient_ids: list[int]) -> int:
    """Every delivered event stands in the register exactly once, and none that was not delivered; how many."""
    rows = await owner.fetch(
        "select ref::text, state from event where patient_id = any($1) and state <> 'void'", patient_ids
    )
    check(all(row["state"] == "delivered" for row in rows), "An event about him has not reached the register.")
    seen = identifiers(taken_by_register(log))
    for row in rows:
        check(seen[row["ref"]] == 1, f"The register holds the event {row['ref']} {seen[row['ref']]} times.")
    return len(rows)
