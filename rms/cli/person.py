"""`rms person add|show`: one person by hand, and a look at one, which is audited."""

import argparse
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rms.cli.acting import acting, acting_arguments
from rms.cli.command import Arguments, Command, Context, Exit
from rms.db.engine import Tx
from rms.errors import BadInput, NotFound, Usage
from rms.nhs_number import NhsNumber
from rms.people.looking import look_at_person
from rms.people.model import Sex, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.names import full_name
from rms.people.permissions import Permission
from rms.people.store.in_full import patient_id_of, person_in_full
from rms.sync.imports import by_hand

#: The option of each column of the register file; what is typed is read exactly as a file would be.
_COLUMNS = {
    "title": "Title",
    "given": "First names",
    "family": "Last name",
    "born": "Date of birth",
    "sex": "Sex",
    "nhs_number": "NHS number",
    "mobile": "Mobile",
    "phone": "Telephone",
    "email": "Email",
    "post": "Address",
    "postcode": "Postcode",
    "language": "Language",
    "gp_code": "GP practice code",
    "gp_name": "GP practice name",
    "icd10": "Diagnosis code",
    "diagnosed_on": "Date of diagnosis",
}

_OPTIONAL = {
    "given": ("NAMES", "first names"),
    "title": ("TITLE", "such as Mr"),
    "nhs-number": ("NUMBER", "10 digits; a person without one is admitted and flagged"),
    "mobile": ("NUMBER", "a UK mobile for texts"),
    "phone": ("NUMBER", "a landline"),
    "email": ("ADDRESS", "an email address"),
    "post": ("ADDRESS", "the postal address, its lines parted by commas"),
    "postcode": ("POSTCODE", "of that address"),
    "language": ("CODE", "such as en or cy"),
    "gp-code": ("CODE", "the practice, by its ODS code"),
    "gp-name": ("NAME", "the name of the practice"),
    "icd10": ("CODE", "the diagnosis, such as C61"),
    "diagnosed-on": ("DATE", "when it was made"),
}


async def run_add(context: Context, arguments: Arguments) -> int:
    """Admit one person by hand."""
    treatments = [_treatment(text, intent=arguments.intent) for text in arguments.treatment]
    async with context.database("web") as database:
        organisation = await context.organisation(database, arguments.organisation)
        by = await acting(database, organisation_id=organisation.id, by=arguments.by, permission=Permission.PERSON_ADD)
        details = {column: getattr(arguments, name) or "" for name, column in _COLUMNS.items()}
        system = organisation.code
        if arguments.hospital_number:
            number = by_hand.hospital_number(arguments.hospital_number, own_system=system)
            system, details["Hospital number"] = number.system, number.value
        async with database.transaction(organisation_id=organisation.id) as tx:
            record = by_hand.read_by_hand(
                details, treatments=treatments, site=TumourSite(arguments.diagnosis_site), hospital_system=system,
                today=tx.today,
            )  # fmt: skip
            patient_id = await by_hand.add_by_hand(
                tx, organisation_id=organisation.id, record=record, even_if_alike=arguments.even_if_alike, by=by
            )
            shown = await person_in_full(tx, organisation_id=organisation.id, patient_id=patient_id)
    flags = [flag.sentence for flag in record.flags]
    name = full_name(record.person.name)
    context.show({"ref": shown["ref"], "flags": flags}, "\n".join([f"Added {name} as {shown['ref']}.", *flags]))
    return Exit.DONE


async def run_show(context: Context, arguments: Arguments) -> int:
    """Show one person; the look is audited before anything is shown."""
    async with context.database("web") as database:
        organisation = await context.organisation(database, arguments.organisation)
        by = await acting(database, organisation_id=organisation.id, by=arguments.by, permission=Permission.PERSON_VIEW)
        async with database.transaction(organisation_id=organisation.id) as tx:
            patient_id = await _found(tx, arguments.person, organisation_id=organisation.id)
            shown = await look_at_person(tx, organisation_id=organisation.id, patient_id=patient_id, by=by)
    context.show(shown, _as_text(shown))
    return Exit.DONE


async def _found(tx: Tx, text: str, *, organisation_id: int) -> int:
    """The person that a reference or an NHS number names."""
    try:
        ref, number = UUID(text), None
    except ValueError:
        ref = None
        try:
            number = str(NhsNumber.parse(text))
        except BadInput as refusal:
            raise Usage(f"Name the person by reference or NHS number. {refusal}") from None
    patient_id = await patient_id_of(tx, organisation_id=organisation_id, ref=ref, nhs_number=number)
    if patient_id is None:
        raise NotFound("There is no such person here.")
    return patient_id


def _treatment(text: str, *, intent: str | None) -> Mapping[str, str]:
    """Read KIND=DATE or KIND=DATE..DATE into the columns of a register file."""
    kind, sign, dates = text.partition("=")
    if not sign or not dates:
        raise Usage("Write a treatment as KIND=DATE or KIND=FIRST..LAST, such as surgery=2026-01-31.")
    first, _, last = dates.partition("..")
    return {
        "Treatment": kind,
        "Treatment started": first,
        "Treatment ended": last,
        "Treatment intent": intent or "",
    }


def _as_text(shown: Mapping[str, Any]) -> str:
    lines = [f"{shown['name']}  born {shown['born']}  NHS number {shown['nhs_number'] or 'none'}  {shown['ref']}"]
    if shown["death"]:
        lines.append(f"recorded as having died ({shown['death']}{', ' + shown['died_on'] if shown['died_on'] else ''})")
    lines += [f"  {one['authority']}: {one['value']}" for one in shown["hospital_numbers"]]
    lines += [f"  {one['kind']}: {', '.join(one['value'].splitlines())} ({one['source']})" for one in shown["contacts"]]
    lines.append(f"  prefers {shown['prefers']}; practice {shown['gp_name'] or shown['gp_code'] or 'not known'}")
    lines += [
        f"  diagnosis {one['icd10'] or ''} {one['tumour_site'] or 'site open'} {one['diagnosed_on'] or ''}".rstrip()
        for one in shown["diagnoses"]
    ]
    lines += [f"  treatment {t['kind']} {t['started_on'] or ''} to {t['ended_on'] or ''}" for t in shown["treatments"]]
    return "\n".join([*lines, *(f"  look: {flag}" for flag in shown["flags"])])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who the person is, how to reach them, their cancer and its treatment."""
    parser.add_argument("--family", required=True, metavar="NAME", help="the last name")
    parser.add_argument("--born", required=True, metavar="DATE", help="1950-04-03, or what is known of it")
    for name, (metavar, words) in _OPTIONAL.items():
        parser.add_argument(f"--{name}", metavar=metavar, help=words)
    parser.add_argument("--sex", choices=[str(sex) for sex in Sex], default=str(Sex.UNKNOWN), help="(default: unknown)")
    parser.add_argument("--hospital-number", metavar="SYSTEM=VALUE", help="without SYSTEM= it is the trust's own")
    parser.add_argument(
        "--diagnosis-site", required=True, choices=[str(site) for site in TumourSite], help="the tumour site"
    )
    kinds = ", ".join(TreatmentKind)
    parser.add_argument(
        "--treatment", action="append", default=[], metavar="KIND=DATE[..DATE]", help=f"may be repeated: {kinds}"
    )
    parser.add_argument("--intent", choices=[str(intent) for intent in TreatmentIntent], help="of the treatments")
    parser.add_argument(
        "--even-if-alike", action="store_true", help="it is another person than the one of the same name and birth date"
    )
    acting_arguments(parser)


def show_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom, of which organisation, and who looks."""
    parser.add_argument("person", metavar="REF|NHS_NUMBER", help="whom")
    acting_arguments(parser)


COMMANDS = (
    Command(words="person add", help="Add one person by hand.", run=run_add, arguments=add_arguments, reads=True),
    Command(words="person show", help="Look at one person; the look is audited.", run=run_show,
            arguments=show_arguments, reads=True),
)  # fmt: skip
