"""The page of states and the database name the same states."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CONSTRAINT = re.compile(r"constraint (\w+_state) check \(\s*state in \(([^)]*)\)")


def states_in_the_database() -> dict[str, set[str]]:
    """Read what each constraint allows; a later migration that changes one wins."""
    files = sorted((CHECKOUT / "rms").glob("*/piccolo_migrations/*.py"))
    found = [pair for file in files for pair in CONSTRAINT.findall(file.read_text(encoding="utf-8"))]
    return {name: set(re.findall(r"'(\w+)'", states)) for name, states in found}


def states_on_the_page() -> dict[str, set[str]]:
    """Read the first column of the table that follows each constraint's name."""
    page = (CHECKOUT / "docs" / "states.md").read_text(encoding="utf-8")
    parts = re.split(r"\(`(\w+_state)`\)", page)[1:]
    tables = zip(parts[::2], parts[1::2], strict=True)
    return {name: set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) for name, text in tables}


def test_the_page_names_every_state_and_no_other() -> None:
    database, page = states_in_the_database(), states_on_the_page()
    shown = {"plan", "occurrence", "message", "alert", "assignment", "inbox", "inbox_filing", "event"}
    assert set(page) == {f"{name}_state" for name in shown}
    assert page == {name: database.get(name) for name in page}
