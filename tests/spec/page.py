"""Writes `docs/spec/when-things-are-due.md` from the tables of hand-worked dates: `python -m tests.spec.page`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rms.alerts.model import Source
from rms.plans.protocol import Protocol, defaults, load_library
from rms.plans.protocol.language import Step
from rms.plans.protocol.said import months_said
from rms.plans.schedule.words import ANCHOR_WORDS
from tests.spec.tables import cases
from tests.spec.test_when_things_are_due import DATES, ENDLESS

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "when-things-are-due.md"
COMMAND = ".venv/bin/python -m tests.spec.page"
HEAD = f"""# When things are due

For the clinician who signs a protocol off. Every date here was worked out by hand on a calendar from the months that the
source names; the tests compare what RMS asks for with these dates, and fail when one differs. Months are calendar months
from the day the step is counted from: three months after 31 August is 30 November, six months after it the last day of
February.
Where a date of birth is given, the person was born on that day; it matters only for steps that end or go on with age.

This page is written by `{COMMAND}` from the tables in `tests/spec/test_when_things_are_due.py`; do not edit it by hand.
"""


def page() -> str:
    """The whole page: a part for each tumour site, in it each protocol with its sources and its worked dates."""
    library = load_library()
    rows: dict[str, list[dict[str, str]]] = {}
    for case in [*cases(DATES), *cases(ENDLESS)]:
        rows.setdefault(case["protocol"], []).append(case)
    lines = [HEAD]
    site = ""
    for protocol in sorted(library.values(), key=lambda one: (one.tumour_site, one.key)):
        if protocol.tumour_site != site:
            site = protocol.tumour_site
            lines.append(f"## {site.replace('_', ' ').capitalize()}\n")
        lines += _part(protocol, rows.get(protocol.key, []))
    return "\n".join(lines).rstrip() + "\n"


def _part(protocol: Protocol, worked: list[dict[str, str]]) -> Iterator[str]:
    yield f"### {protocol.title}\n"
    yield f"`{protocol.key}`, version {protocol.version}. {protocol.setting}.\n"
    tags: list[str] = []
    for key in dict.fromkeys(case["step"] for case in worked):
        step = protocol.step(key)
        assert step is not None, key
        tags += [tag for tag in _tags(step) if tag not in tags]
        yield f"**{step.title}**: {_months(step)} [{', '.join(_tags(step))}].\n"
        yield from (_worked(step, case) for case in worked if case["step"] == key)
        yield ""
    if tags:
        yield "Sources:\n"
        yield from (f"- [{tag}] {_source(protocol.sources.get(tag, defaults.SOURCE))}" for tag in tags)
        yield ""


def _months(step: Step) -> str:
    schedule = step.schedule
    months = months_said(schedule)
    said = f"month{'' if months.isdigit() else 's'} {months} after {ANCHOR_WORDS[schedule.anchor]}"
    if schedule.continue_until_age is not None:
        last = schedule.phases[-1].every_months
        said += f", then every {last} months until the age of {schedule.continue_until_age.value}"
    return f"{said}; none from the age of {schedule.stop_at_age.value}" if schedule.stop_at_age is not None else said


def _worked(step: Step, case: dict[str, str]) -> str:
    anchor = ANCHOR_WORDS[step.schedule.anchor]
    facts = [f"{anchor[0].upper()}{anchor[1:]} on {_day(case['anchor'])}"]
    facts += [f"born on {_day(case['born'])}"] if "born" in case and _by_age(step) else []
    facts += [f"up to {_day(case['until'])}"] if "until" in case else []
    return f"- {', '.join(facts)}. Due on {', '.join(map(_day, case['due'].split()))}."


def _by_age(step: Step) -> bool:
    return step.schedule.stop_at_age is not None or step.schedule.continue_until_age is not None


def _tags(step: Step) -> list[str]:
    """The sources of its months and of its age limits, each once."""
    schedule = step.schedule
    named = [phase.source for phase in schedule.phases] + ([schedule.listed.source] if schedule.listed else [])
    named += [age.source for age in (schedule.stop_at_age, schedule.continue_until_age) if age]
    return list(dict.fromkeys(named))


def _source(source: Source) -> str:
    quality = f"quality: {source.quality.replace('_', ' ')}"
    return f"{source.text} ({quality}){f': <{source.url}>' if source.url else ''}"


def _day(text: str) -> str:
    on = date.fromisoformat(text)
    return f"{on.day} {on:%B %Y}"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
