"""ORC, OBR, OBX, SPM and NTE: what was asked for, what was found, and when the sample was taken."""

from decimal import Decimal

import msgspec

from rms.results.model import Code, Comparator, ObservationStatus, ReportStatus
from rms.sync.hl7.facts import Moment, Note, ObservationFacts, Order
from rms.sync.hl7.splitter import EMPTY_FIELDS, Reader
from rms.sync.hl7.times import moment
from rms.sync.hl7.values import ReadValue, refused, structured_value, understand_value

_STATUSES = {status.value: status for status in ObservationStatus}
_REPORT_STATUSES = {status.value: status for status in ReportStatus}
# Where OBX-11 is empty, OBR-25 speaks for every result of the order; these letters mean the same in both tables.
_SAID_OF_ALL = frozenset("FCPR")
_WORDS = frozenset({"ST", "TX", "FT"})
_CODED = frozenset({"CE", "CWE", "CNE", "IS", "ID", "CF"})
_DOCUMENTS = frozenset({"ED", "RP"})
_TIMES = frozenset({"DT", "TS", "DTM", "TM"})
_NOTHING: tuple[Decimal | None, Comparator, str] = (None, Comparator.EXACT, "")


class Placed(msgspec.Struct):
    """One segment with its place and the NTEs that follow it."""

    place: str
    fields: list[str]
    comments: list[str] = msgspec.field(default_factory=list)


class Group(msgspec.Struct):
    """One order as it is gathered: its OBR (None when observations came without one), its ORC, and what follows."""

    person: int
    request: Placed | None = None
    common: list[str] | None = None
    specimen: list[str] | None = None
    observations: list[Placed] = msgspec.field(default_factory=list)


def read_order(group: Group, *, reader: Reader, notes: list[Note]) -> Order:
    """Read one gathered order."""
    place = group.request.place if group.request else ""
    obr = (group.request.fields if group.request else []) + EMPTY_FIELDS
    orc = (group.common or []) + EMPTY_FIELDS
    spm = (group.specimen or []) + EMPTY_FIELDS
    if group.request is None:
        notes.append(Note(group.observations[0].place, "Observations came without an OBR before them."))
    placer = _agreed(reader.first(obr[2]), reader.first(orc[2]), place=f"{place}-2", notes=notes)
    filler = _agreed(reader.first(obr[3]), reader.first(orc[3]), place=f"{place}-3", notes=notes)
    sample_at = _time(obr[7], reader, f"{place}-7", notes) or _time(spm[17], reader, "SPM-17", notes)
    status_text = reader.first(obr[25])
    status = _REPORT_STATUSES.get(status_text)
    if status_text and status is None:
        notes.append(Note(f"{place}-25", "The status of the report is not one we know."))
    return Order(
        place=place,
        person=group.person,
        placer=placer,
        filler=filler,
        codes=_codes(obr[4], reader),
        sample_at=sample_at,
        status=status,
        status_text=status_text,
        specimen=_words(spm[4], reader) or _words(obr[15], reader),
        observations=tuple(
            read_observation(
                one,
                sample_at=sample_at,
                said_of_all=status_text if status_text in _SAID_OF_ALL else "",
                reader=reader,
                notes=notes,
            )
            for one in group.observations
        ),
        comments=tuple(group.request.comments) if group.request else (),
        reported_at=_time(obr[22], reader, f"{place}-22", notes),
    )


def read_observation(
    segment: Placed, *, sample_at: Moment | None, said_of_all: str, reader: Reader, notes: list[Note]
) -> ObservationFacts:
    """Read one OBX. `said_of_all`: the status of the order's results, for one that has none of its own."""
    obx = segment.fields + EMPTY_FIELDS
    value_type = reader.first(obx[2])
    status_text = reader.first(obx[11]) or said_of_all
    observed_at = _time(obx[14], reader, f"{segment.place}-14", notes) if obx[14] else None
    values, answers = _values(value_type, obx[5], reader)
    read = _read(value_type, obx[5], values, reader)
    unit, unit_system = _unit(obx[6], reader)
    return ObservationFacts(
        place=segment.place,
        set_id=obx[1],
        value_type=value_type,
        codes=_codes(obx[3], reader),
        sub_id=reader.plain(obx[4]),
        raw=obx[5],
        values=values,
        answers=answers,
        number=read.number,
        comparator=read.comparator,
        not_understood=read.not_understood,
        unit=unit,
        unit_system=unit_system,
        range_text=reader.plain(obx[7]),
        flags=tuple(flag for one in reader.repetitions(obx[8]) if (flag := reader.first(one))),
        status=_STATUSES.get(status_text),
        status_text=status_text,
        observed_at=observed_at,
        sample_at=sample_at or observed_at,
        method=_words(obx[17], reader) if obx[17] else "",
        comments=tuple(segment.comments),
    )


def comment(fields: list[str], reader: Reader) -> str:
    """The text of an NTE, its repetitions as lines."""
    return "\n".join(reader.plain(one) for one in reader.repetitions(fields[3])) if len(fields) > 3 else ""


def _read(value_type: str, field: str, values: tuple[str, ...], reader: Reader) -> ReadValue:
    """Say which number the value is, if its type allows one and it is one beyond doubt."""
    if value_type in _DOCUMENTS:
        return refused("The value is a document.")
    if not field.strip():
        return refused("There is no value.")
    if field.strip() == '""':
        return refused("The sender deletes the value.")
    if value_type in _CODED:
        return refused("The value is a coded answer.")
    if value_type in _TIMES:
        return refused("The value is a date or a time.")
    if value_type == "SN":
        if len(values) != 1:
            return refused("The value is repeated, and only one number can be filed.")
        parts = [reader.plain(part) for part in reader.components(field)]
        # Without any parts it is a plain number, or a plain text, under the wrong type.
        return structured_value(parts) if len(parts) > 1 else understand_value(parts[0])
    if value_type == "NM" or value_type in _WORDS:
        return _one_text(value_type, field, values, reader)
    if not value_type:
        return refused("The message does not say what sort of value this is (OBX-2).")
    return refused(f"A value of the type {value_type[:10]} is not a number we can read.")


def _one_text(value_type: str, field: str, values: tuple[str, ...], reader: Reader) -> ReadValue:
    if len(values) != 1:
        return refused("The value is repeated, and only one number can be filed.")
    if value_type == "NM" and len(reader.components(field)) > 1:
        return refused("The value has several parts.")
    return understand_value(values[0])


def _values(value_type: str, field: str, reader: Reader) -> tuple[tuple[str, ...], tuple[Code, ...]]:
    """Give the repetitions of OBX-5 as a person reads them, and the codes of a coded answer. A document stays in `raw`."""
    if not field or value_type in _DOCUMENTS:
        return (), ()
    if value_type == "NM":
        return tuple(reader.plain(one) for one in reader.repetitions(field)), ()
    shown: list[str] = []
    answers: list[Code] = []
    for one in reader.repetitions(field):
        if value_type in _CODED:
            codes = _codes(one, reader)
            answers.extend(codes)
            shown.append(next((code.text or code.code for code in codes), ""))
        elif value_type in _WORDS:
            shown.append(reader.plain(one))
        else:
            shown.append(" ".join(word for part in reader.components(one) if (word := reader.plain(part))))
    return tuple(shown), tuple(answers)


def _codes(field: str, reader: Reader) -> tuple[Code, ...]:
    """Read a coded field: the code, its alternative (components 4 to 6) and its second alternative (10 to 12)."""
    if not field:
        return ()
    first = reader.repetitions(field)[0]
    parts = [reader.plain(part) for part in reader.components(first)]
    count = len(parts)
    parts += ["", "", ""]
    found = []
    if parts[0] or parts[1]:
        found.append(Code(code=parts[0], text=parts[1], system=parts[2]))
    elif count > 8 and parts[8]:
        found.append(Code(code="", text=parts[8]))
    found += [
        Code(code=parts[start], text=parts[start + 1], system=parts[start + 2])
        for start in (3, 9)
        if count > start and (parts[start] or parts[start + 1])
    ]
    return tuple(found)


def _unit(field: str, reader: Reader) -> tuple[str, str]:
    if reader.component not in field or not reader.component:
        return reader.plain(field), ""
    parts = [reader.plain(part) for part in reader.components(field)] + [""] * 6
    start = 0 if parts[0] or parts[1] else 3
    return parts[start] or parts[start + 1], parts[start + 2]


def _words(field: str, reader: Reader) -> str:
    codes = _codes(field, reader)
    return codes[0].text or codes[0].code if codes else ""


def _time(field: str, reader: Reader, place: str, notes: list[Note]) -> Moment | None:
    text = reader.first(field) if field else ""
    if not text:
        return None
    read = moment(text)
    if read is None:
        notes.append(Note(place, "This is not a time we can read."))
    return read


def _agreed(request: str, common: str, *, place: str, notes: list[Note]) -> str:
    """The number of an order stands in OBR and in ORC; where both have one they must be equal."""
    if request and common and request != common:
        notes.append(Note(place, "OBR and ORC give different numbers for the same order.", is_fault=True))
    return request or common
