"""`rms questionnaire check | score | export | sign-off`: is a file fit to use, what answers add up to, who answers for it."""

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from rms.cli.acting import acting, acting_arguments
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import filled, version
from rms.errors import BadInput, NotFound
from rms.people.permissions import Permission
from rms.questionnaires.answers import item_of, misfit
from rms.questionnaires.branching import counted, unanswered
from rms.questionnaires.fhir import fhir_questionnaire
from rms.questionnaires.library import decode, definition_of
from rms.questionnaires.model import Answer, Chose, Day, Declined, Definition, Item, ItemKind, Number, Words, YesNo
from rms.questionnaires.moves import load_questionnaires, sign_off
from rms.questionnaires.scoring import Standing, red_flags, scores
from rms.questionnaires.store import version_by_key


async def run_check(context: Context, arguments: Arguments) -> int:
    """Read a definition strictly; every fault at once is the error."""
    path = Path(arguments.path)
    found = decode(_bytes(path), name=path.name)
    value = {"key": found.key, "version": found.version, "title": found.title, "items": len(found.items),
             "scores": [score.key for score in found.scores],
             "clinically_validated": found.source.clinically_validated, "ok": True}  # fmt: skip
    doubt = (
        ""
        if found.source.clinically_validated
        else "\nNot clinically validated: whoever signs it off says why it may be used."
    )
    context.show(value, f"{found.key} version {found.version}: {len(found.items)} items, no faults.{doubt}")
    return Exit.DONE


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("path", metavar="PATH", help="a definition file (JSON)")


async def run_score(context: Context, arguments: Arguments) -> int:
    """Say what answers add up to and which of them a person must look at; 1 when a score cannot be told."""
    form = definition_of(arguments.key)
    answers = read_answers(_bytes(Path(arguments.answers)), form=form, name=Path(arguments.answers).name)
    found = scores(form, answers=answers)
    flags = [one for one in red_flags(form, answers=answers, sent=True) if one.standing is not Standing.CLEAR]
    left = [item.link_id for item in unanswered(form, answers=answers)]
    value = {
        "key": form.key, "version": form.version, "counted": sorted(counted(form, answers=answers)), "unanswered": left,
        "scores": [{"key": one.key, "value": one.value, "band": one.band.key if one.band else None,
                    "because": one.because, "missing": list(one.missing)} for one in found],
        "to_look_at": [{"item": one.link_id, "standing": one.standing, "urgency": one.urgency, "because": one.because}
                       for one in flags],
    }  # fmt: skip
    context.show(value, "\n".join([*(one.because for one in found), *(one.because for one in flags)]))
    return Exit.NO if any(one.value is None for one in found) else Exit.DONE


def score_arguments(parser: argparse.ArgumentParser) -> None:
    """The questionnaire and the file with answers."""
    parser.add_argument("key", metavar="KEY", help="the questionnaire, such as symptom-check-prostate")
    parser.add_argument(
        "answers",
        metavar="ANSWERS.json",
        help='answers by item: {"wellbeing": "well", "wants-call": true, "worry": null}',
    )


def read_answers(raw: bytes, *, form: Definition, name: str) -> dict[str, Answer]:
    """Answers by item: an option's code, a number, true or false, a text, an ISO date; null is "rather not answer".

    Raises BadInput with every fault.
    """
    try:
        given = msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise BadInput(f"{name} is no JSON object of answers by item: {error}.") from error
    answers: dict[str, Answer] = {}
    faults = []
    for link_id, value in given.items():
        item = item_of(form, link_id=link_id)
        answer = None if item is None else _answer(item, value)
        wrong = "there is no such item" if item is None else _wrong(item, answer)
        if wrong is not None or answer is None:
            faults.append(f"{link_id}: {wrong}.")
        else:
            answers[link_id] = answer
    if faults:
        raise BadInput(f"{name}: " + " ".join(faults))
    return answers


def _answer(item: Item, value: Any) -> Answer | None:
    """The answer that a plain value means for an item; None when it is of the wrong kind."""
    if value is None:
        return Declined()
    if item.kind is ItemKind.BOOLEAN:
        return YesNo(value=value) if isinstance(value, bool) else None
    if item.kind is ItemKind.NUMBER:
        return (
            Number(value=Decimal(str(value)))
            if isinstance(value, int | float) and not isinstance(value, bool)
            else None
        )
    if not isinstance(value, str):
        return None
    if item.kind is ItemKind.DATE:
        try:
            return msgspec.convert({"value": value}, Day)
        except msgspec.ValidationError:
            return None
    return Chose(code=value) if item.kind is ItemKind.CHOICE else Words(value=value)


def _wrong(item: Item, answer: Answer | None) -> str | None:
    return f"this is not a {item.kind}" if answer is None else misfit(item, answer=answer)


async def run_export(context: Context, arguments: Arguments) -> int:
    """Print a questionnaire as a FHIR R4 Questionnaire: always JSON, because that is what it is for."""
    resource = fhir_questionnaire(definition_of(arguments.key))
    context.show(resource, msgspec.json.format(msgspec.json.encode(resource), indent=2).decode())
    return Exit.DONE


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """The questionnaire."""
    parser.add_argument("key", metavar="KEY", help="the questionnaire, such as symptom-check-prostate")


async def run_sign_off(context: Context, arguments: Arguments) -> int:
    """A named clinician answers for sending a version to people of an organisation."""
    async with context.database("owner") as owner, owner.transaction() as tx:
        await load_questionnaires(tx)
    async with context.database("web") as database:
        trust = await context.organisation(database, arguments.organisation)
        actor = await acting(
            database, organisation_id=trust.id, by=arguments.by, permission=Permission.PROTOCOL_APPROVE
        )
        async with database.transaction(organisation_id=trust.id) as tx:
            found = await version_by_key(tx, organisation_id=trust.id, key=arguments.key, version=arguments.version)
            if found is None:
                raise NotFound(f"There is no {arguments.key} version {arguments.version}.")
            await sign_off(tx, organisation_id=trust.id, questionnaire_version_id=found.id, note=arguments.note,
                           for_demonstration_only=arguments.demonstration, by=actor)  # fmt: skip
    context.show(
        {"key": arguments.key, "version": arguments.version, "organisation": trust.code, "signed_off_by": actor.name,
         "for_demonstration_only": arguments.demonstration},
        f"{arguments.key} version {arguments.version} is signed off at {trust.name} by {actor.name}.",
    )  # fmt: skip
    return Exit.DONE


def sign_off_arguments(parser: argparse.ArgumentParser) -> None:
    """Which version, for whom, by whom, and what was checked."""
    parser.add_argument("key", metavar="KEY", help="the questionnaire, such as symptom-check-prostate")
    parser.add_argument("--version", type=version, required=True, metavar="N", help="the version that was read")
    acting_arguments(parser)
    parser.add_argument("--note", type=filled, required=True, metavar="TEXT", help="what was checked, and with whom")
    parser.add_argument("--demonstration", action="store_true", help="for a demo database only")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error


COMMANDS = (
    Command(words="questionnaire check", help="Read a questionnaire file and say what is wrong with it.", run=run_check,
            arguments=check_arguments, reads=True),
    Command(words="questionnaire score", help="Say what answers add up to.", run=run_score, arguments=score_arguments,
            reads=True),
    Command(words="questionnaire export", help="Print a questionnaire as FHIR R4.", run=run_export,
            arguments=export_arguments, reads=True),
    Command(words="questionnaire sign-off", help="Answer for a version, so that it is sent to people.", run=run_sign_off,
            arguments=sign_off_arguments, reads=True),
)  # fmt: skip
