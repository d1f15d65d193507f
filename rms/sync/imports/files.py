"""From a path to what the files there say: CSV, FHIR bundles, packed or not, one or a folder of them.

Reads the disk and nothing else. A path that holds nothing readable at all is refused with the reason; a fault in one file
of a folder is named with the file and holds back nobody else.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path

import msgspec

from rms.errors import BadInput
from rms.sync.caseload_csv import read_caseload_csv
from rms.sync.fhir import read_register_bundle
from rms.sync.imports.model import ImportKind, Incoming
from rms.sync.reading import Counts, Fault, Reading
from rms.sync.register_csv import read_register_csv

#: Bytes. A trust's whole register is a tenth of it; what is larger was exported by mistake or is split first.
LARGEST = 256_000_000
BUNDLES = (".json", ".json.gz")
FAULTS_TOLD = 20


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One file as a browser sent it: kept in memory, never on a disk. `name` is as it is called there."""

    name: str
    raw: bytes


def read_register(source: Path | Upload, *, hospital_system: str, today: date) -> Incoming:
    """Read a register's file or folder. `hospital_system`: whose hospital numbers a CSV file gives (the ODS code)."""
    readings, digest = [], hashlib.sha256()
    many = isinstance(source, Path) and source.is_dir()
    for name, raw in _files(source):
        digest.update(hashlib.sha256(raw).digest() if many else raw)
        reading = _read_one(name, raw, hospital_system=hospital_system, today=today)
        readings.append(_named(reading, name) if many else reading)
    incoming = Incoming(
        kind=ImportKind.REGISTER,
        file_name=source.name or str(Path(source.name).resolve().name),
        sha256=digest.digest(),
        people=tuple(person for reading in readings for person in reading.people),
        faults=tuple(fault for reading in readings for fault in reading.faults),
        counts=_sum(reading.counts for reading in readings),
    )
    return _not_empty(incoming)


def read_caseload(source: Path | Upload, *, today: date, steps: Mapping[str, Collection[str]]) -> Incoming:
    """Read a caseload file. `steps` gives the step keys of each protocol, by protocol key."""
    raw = _content(source)
    caseload = read_caseload_csv(raw, today=today, steps=steps)
    incoming = Incoming(
        kind=ImportKind.CASELOAD,
        file_name=source.name,
        sha256=hashlib.sha256(raw).digest(),
        plans=caseload.plans,
        faults=caseload.faults,
        counts=caseload.counts,
    )
    return _not_empty(incoming)


def _files(source: Path | Upload) -> Iterable[tuple[str, bytes]]:
    if isinstance(source, Upload) or not source.is_dir():
        yield source.name, _content(source)
        return
    found = sorted(p for p in source.iterdir() if p.is_file() and not p.name.startswith("."))
    if not found:
        raise BadInput("The folder is empty.")
    for one in found:
        yield one.name, _content(one)


def _content(path: Path | Upload) -> bytes:
    if isinstance(path, Upload):
        return _whole(path.name, path.raw)
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"The file {path.name} is larger than {LARGEST // 1_000_000} MB: split it.")
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"The file {path.name} cannot be read: {error.strerror or error}.") from None
    return _whole(path.name, raw)


def _whole(name: str, raw: bytes) -> bytes:
    if not raw:
        raise BadInput(f"The file {name} is empty.")
    return raw


def _read_one(name: str, raw: bytes, *, hospital_system: str, today: date) -> Reading:
    kind = name.casefold()
    if kind.endswith(BUNDLES):
        reading = read_register_bundle(raw)
    elif kind.endswith(".csv"):
        reading = read_register_csv(raw, hospital_system=hospital_system, today=today)
    else:
        fault = Fault(place="file", sentence="Only files that end in .csv, .json or .json.gz are read.")
        return Reading(people=(), faults=(fault,), counts=Counts(read=0, used=0, held_back=0))
    return _storable(reading)


def _storable(reading: Reading) -> Reading:
    """Refuse a file with NUL characters, which JSON may spell but no text of a database may hold."""
    if any("\x00" in text for text in _texts(msgspec.to_builtins(reading.people))):
        fault = Fault(place="file", sentence="The file holds NUL characters, which no text may hold.")
        return Reading(people=(), faults=(fault,), counts=Counts(read=0, used=0, held_back=0))
    return reading


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _named(reading: Reading, name: str) -> Reading:
    faults = tuple(msgspec.structs.replace(fault, place=f"{name}: {fault.place}") for fault in reading.faults)
    return msgspec.structs.replace(reading, faults=faults)


def _sum(all_counts: Iterable[Counts]) -> Counts:
    counted, ignored = Counter[str](), Counter[str]()
    for counts in all_counts:
        counted.update(read=counts.read, used=counts.used, held_back=counts.held_back)
        ignored.update(counts.ignored)
    return Counts(
        read=counted["read"], used=counted["used"], held_back=counted["held_back"], ignored=dict(sorted(ignored.items()))
    )  # fmt: skip


def _not_empty(incoming: Incoming) -> Incoming:
    if incoming.counts.read or incoming.people or incoming.plans:
        return incoming
    if not incoming.faults:
        raise BadInput(f"There is nobody in {incoming.file_name}.")
    told = [f"{fault.place}: {fault.sentence}" for fault in incoming.faults[:FAULTS_TOLD]]
    more = len(incoming.faults) - len(told)
    raise BadInput(
        "\n".join([f"{incoming.file_name} cannot be read.", *told, *([f"And {more} more."] if more else [])])
    )
