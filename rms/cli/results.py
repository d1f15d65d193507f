"""`rms result kinetics`: how fast a marker rises, of a series in a file or of a person's own readings."""

import argparse
import csv
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rms.alerts.rules.kinetics import doubling_months, months_between, points_of, velocity_per_year
from rms.audit.moves import record
from rms.cli.acting import operator
from rms.cli.command import Arguments, Command, Context, Exit
from rms.errors import BadInput, NotFound, Usage
from rms.nhs_number import NhsNumber
from rms.people.store import patients_with_nhs_number
from rms.results.store import readings_of

Series = list[tuple[date, Decimal]]


async def run_kinetics(context: Context, arguments: Arguments) -> int:
    """Doubling time and velocity by least squares; 1 when the series is too short to have either."""
    if arguments.path is not None:
        series = series_in(Path(arguments.path))
    elif arguments.nhs_number is not None and arguments.organisation is not None:
        series = await _of_person(context, arguments)
    else:
        raise Usage("Give a file, or --nhs-number with --organisation.")
    series = sorted(series)
    points = points_of(series) if series else []
    # A value of zero has no logarithm: then there is a velocity and no doubling time.
    doubling = doubling_months(points) if all(value > 0 for _, value in points) else None
    velocity = velocity_per_year(points)
    answer = {
        "readings": len(series), "months": round(months_between(series[0][0], series[-1][0]), 2) if series else 0,
        "doubling_months": None if doubling is None else round(doubling, 2),
        "velocity_per_year": None if velocity is None else round(velocity, 3),
    }  # fmt: skip
    context.show(answer, _words(answer))
    return Exit.NO if velocity is None else Exit.DONE


def kinetics_arguments(parser: argparse.ArgumentParser) -> None:
    """A file, or a person."""
    parser.add_argument("path", metavar="PATH", nargs="?", help="a CSV file: a date (2027-03-01) and a number a line")
    parser.add_argument("--nhs-number", help="the person, when no file is given")
    parser.add_argument("--organisation", metavar="CODE", help="the organisation that follows the person")
    parser.add_argument("--analyte", default="psa", help="which readings of the person (default: psa)")


def series_in(path: Path) -> Series:
    """Read dates and numbers from a CSV file; a first line of words is passed over. BadInput names the line that is wrong."""
    try:
        rows = [row for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()) if any(row)]
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} cannot be read (it is not a CSV file in UTF-8).") from error
    series: Series = []
    for number, row in enumerate(rows, start=1):
        try:
            on, value = date.fromisoformat(row[0].strip()), Decimal(row[1].strip())
        except (ValueError, IndexError, InvalidOperation):
            if number == 1 and len(rows) > 1:  # a line of headings
                continue
            raise BadInput(f"Line {number} of {path} is not a date and a number, such as 2027-03-01,0.4.") from None
        if not value.is_finite() or value < 0:
            raise BadInput(f"Line {number} of {path}: {row[1].strip()} is not a value a laboratory reports.")
        series.append((on, value))
    return series


async def _of_person(context: Context, arguments: Arguments) -> Series:
    number = _number(arguments.nhs_number)
    async with context.database("web") as database:
        here = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=here.id) as tx:
            them = next(iter(await patients_with_nhs_number(tx, number)), None)
            if them is None:
                raise NotFound(f"Nobody at {here.code} has this NHS number.")
            await record(
                tx, by=operator(), verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id
            )
            found = await readings_of(tx, organisation_id=here.id, patient_id=them.id, analyte=arguments.analyte)
    return [(reading.sample_on, reading.number) for reading in found]


def _number(text: str) -> str:
    try:
        return str(NhsNumber.parse(text))
    except BadInput as refusal:
        raise Usage(f"--nhs-number: {refusal}") from None


def _words(answer: dict[str, float | int | None]) -> str:
    if answer["velocity_per_year"] is None:
        return f"{answer['readings']} readings: two on different days are needed at least."
    doubling = answer["doubling_months"]
    rise = "it does not double" if doubling is None else f"it doubles in {doubling} months"
    return (
        f"{answer['readings']} readings over {answer['months']} months: {rise}; it changes by"
        f" {answer['velocity_per_year']} a year."
    )


COMMANDS = (
    Command(words="result kinetics", help="How fast a marker rises.", run=run_kinetics, arguments=kinetics_arguments,
            reads=True),
)  # fmt: skip
