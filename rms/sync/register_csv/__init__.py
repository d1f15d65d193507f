"""The register's people as a CSV file: one row for each person, diagnosis and treatment.

The layout is documented in `docs/reference/register-csv.md`. Reading never stops at the first fault: every cell that
cannot be read is named by row and column. Rows of one person stand or fall together, because a treatment that is left
out could put a plan on the wrong anchor.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain

from rms.people.model import Person, RegisterPerson
from rms.sync.csv_table import CellReader, read_table
from rms.sync.reading import Counts, Fault, Reading
from rms.sync.register_csv.layout import COLUMNS, LAYOUT
from rms.sync.register_csv.rows import ReadRow, read_row

__all__ = ["COLUMNS", "LAYOUT", "read_register_csv"]


def read_register_csv(raw: bytes, *, hospital_system: str, today: date) -> Reading:
    """Read a register file. `hospital_system` names whose hospital numbers these are (the trust's ODS code)."""
    table = read_table(raw, layout=LAYOUT)
    if table.faults:
        return Reading(people=(), faults=table.faults, counts=Counts(read=0, used=0, held_back=0))
    rows = [
        read_row(CellReader(row, month_first=table.month_first, today=today), hospital_system=hospital_system)
        for row in table.rows
    ]
    groups: dict[str, list[ReadRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    gathered = [_gather(group) for group in groups.values()]
    people = tuple(person for person, _ in gathered if person is not None)
    used = sum(len(group) for group, (person, _) in zip(groups.values(), gathered, strict=True) if person)
    return Reading(
        people=people,
        faults=tuple(sorted(chain.from_iterable(faults for _, faults in gathered), key=lambda fault: fault.row or 0)),
        counts=Counts(read=len(rows), used=used, held_back=len(rows) - used),
    )


def _gather(rows: Sequence[ReadRow]) -> tuple[RegisterPerson | None, list[Fault]]:
    """Put the rows of one person together, or hold all of them back and say why."""
    faults = [fault for row in rows for fault in row.faults]
    parts = [(row, row.part) for row in rows if row.part is not None]
    first = parts[0] if parts else None
    for row, part in parts[1:]:
        faults += _disagreements(row, part, first)
    for row, part in parts:
        faults += _contradictions(row, part, [other for _, other in parts[: parts.index((row, part))]])
    if faults or first is None:
        sources = ", ".join(str(number) for number in sorted({fault.row for fault in faults if fault.row}))
        faulty = {fault.row for fault in faults}
        held = f"Held back: the same person has a fault in row {sources}."
        faults += [
            Fault(place=f"row {row.number}", row=row.number, sentence=held) for row in rows if row.number not in faulty
        ]
        return None, faults
    return _joined([part for _, part in parts]), []


def _disagreements(row: ReadRow, part: RegisterPerson, first: tuple[ReadRow, RegisterPerson] | None) -> list[Fault]:
    if first is None or part.person == first[1].person:
        return []
    fields = [name for name in Person.__struct_fields__ if getattr(part.person, name) != getattr(first[1].person, name)]
    said = ", ".join(name.replace("_", " ") for name in fields)
    sentence = f"The row says something else about the same person than row {first[0].number}: {said}."
    return [Fault(place=f"row {row.number}", row=row.number, sentence=sentence)]


def _contradictions(row: ReadRow, part: RegisterPerson, earlier: Sequence[RegisterPerson]) -> list[Fault]:
    """Name a diagnosis, treatment or death that earlier rows of the person describe differently."""
    found = []
    for what, mine, theirs in (
        ("diagnosis", part.diagnoses, chain.from_iterable(other.diagnoses for other in earlier)),
        ("treatment", part.treatments, chain.from_iterable(other.treatments for other in earlier)),
    ):
        said = {item.ref: item for item in theirs}
        if any(item.ref in said and said[item.ref] != item for item in mine):
            found.append(f"The same {what} is described differently in an earlier row.")
    deaths = {(other.death, other.said_alive) for other in earlier} - {(None, False)}
    if deaths and (part.death, part.said_alive) not in {*deaths, (None, False)}:
        found.append("Earlier rows say something else about this person's death.")
    return [Fault(place=f"row {row.number}", row=row.number, sentence=sentence) for sentence in found]


def _joined(parts: Sequence[RegisterPerson]) -> RegisterPerson:
    return RegisterPerson(
        ref=parts[0].ref,
        person=parts[0].person,
        diagnoses=tuple(dict.fromkeys(chain.from_iterable(part.diagnoses for part in parts))),
        treatments=tuple(dict.fromkeys(chain.from_iterable(part.treatments for part in parts))),
        death=next((part.death for part in parts if part.death), None),
        said_alive=any(part.said_alive for part in parts),
        flags=tuple(dict.fromkeys(chain.from_iterable(part.flags for part in parts))),
    )
