"""Reading `--values`: each fault is a sentence with the row (CSV) or the number of the result (JSON) it stands in."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from rms.dates import add_months
from rms.errors import BadInput
from rms.rehearsal.story.expected import Value, Values
from rms.rehearsal.story.performance import BEGINS

#: More than a laboratory reports; the story is no place for what a database cannot hold.
MOST = Decimal(100_000)
LAST = add_months(BEGINS, 36)
_COLUMNS = ["sampled_on", "value"]
_VALUE = re.compile(r"[<>]? ?([0-9]+(?:\.[0-9]+)?)", re.ASCII)
_LOOKS = (
    "A CSV file has the columns sampled_on,value; a JSON file looks like"
    ' {"limit": "0.1", "results": [{"sampled_on": "2027-04-28", "value": "0.03"}]}.'
)
Found = tuple[str, object, object]


def values_from(path: Path | None) -> Values:
    """The values of the story, by day. BadInput, with a sentence, for the first thing that is wrong with the file."""
    if path is None:
        return Values()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is no text in UTF-8. {_LOOKS}") from error
    if not text.strip():
        raise BadInput(f"{path} is empty. {_LOOKS}")
    is_json = text.lstrip()[0] in "{["
    given = _json(path, text) if is_json else {"results": list(_csv(path, text))}
    limit = given.get("limit", Values().limit)
    results = given.get("results")
    return Values(
        limit=_value(limit, f"{path}, limit", plain=True),
        results=Values().results if results is None else tuple(_read(path, results)),
    )


def _json(path: Path, text: str) -> Mapping[str, Any]:
    try:
        given = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(f"{path} is no JSON that can be read. {_LOOKS}") from error
    if not isinstance(given, dict) or not given or not given.keys() <= {"limit", "results"}:
        raise BadInput(f"{path} holds something else than a limit and results. {_LOOKS}")
    results = given.get("results")
    if results is None:
        return given
    if not isinstance(results, list):
        raise BadInput(f"{path}: the results are no list. {_LOOKS}")
    for number, one in enumerate(results, 1):
        if not isinstance(one, dict) or sorted(one) != _COLUMNS:
            raise BadInput(f"{path}, result {number}: it has not just a sampled_on and a value. {_LOOKS}")
    return {**given, "results": [(f"result {n}", one["sampled_on"], one["value"]) for n, one in enumerate(results, 1)]}


def _csv(path: Path, text: str) -> Iterator[Found]:
    try:
        rows = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise BadInput(f"{path} is no CSV that can be read. {_LOOKS}") from error
    if not rows or [cell.strip() for cell in rows[0]] != _COLUMNS:
        raise BadInput(f"{path}, row 1: the columns are not sampled_on,value. {_LOOKS}")
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(_COLUMNS):
            raise BadInput(f"{path}, row {number}: it has not just a sampled_on and a value.")
        yield f"row {number}", row[0], row[1]


def _read(path: Path, found: list[Found]) -> list[Value]:
    if not found:
        raise BadInput(f"{path} holds no result. {_LOOKS}")
    seen: dict[date, str] = {}
    read: list[Value] = []
    for place, on, value in found:
        day = _day(on, f"{path}, {place}")
        if day in seen:
            raise BadInput(f"{path}, {place}: {day} stands in {seen[day]} already; the story takes one sample a day.")
        seen[day] = place
        read.append(Value(sampled_on=day, value=_value(value, f"{path}, {place}")))
    return sorted(read, key=lambda one: one.sampled_on)


def _day(given: object, place: str) -> date:
    try:
        if not isinstance(given, str) or len(given.strip()) != 10:
            raise ValueError
        day = date.fromisoformat(given.strip())
    except ValueError:
        raise BadInput(f"{place}: the sampled_on is no day, written like 2027-04-28.") from None
    if not BEGINS < day <= LAST:
        raise BadInput(f"{place}: {day} lies outside the story, which begins on {BEGINS} and ends by {LAST}.")
    return day


def _value(given: object, place: str, *, plain: bool = False) -> str:
    text = given.strip() if isinstance(given, str) else ""
    match = _VALUE.fullmatch(text)
    if match is None or (plain and not text[0].isdigit()):
        looks = "0.1" if plain else "0.03, <0.01 or >100"
        raise BadInput(f"{place}: the value is no number of ug/L, written as text like {looks}.")
    if Decimal(match[1]) > MOST:
        raise BadInput(f"{place}: the value is above {MOST:,} ug/L, more than any laboratory reports.")
    return text
