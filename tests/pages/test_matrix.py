"""Who may do what: every route × method × actor × relation against `matrix.txt`, which people review line by line.

A route that is missing in the table fails, and so does a line whose route is gone. The target is always the same man, of
the urology team of one trust; the actors of `other_team` and `other_organisation` stand elsewhere. Everybody who sends a
form sends the right forgery token, so that what refuses is the policy or the scope and nothing else.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rms.web.guard import walk_routes
from tests.database import World
from tests.pages.site import Site, a_site
from tests.pages.stage import ACTORS, RELATIONS, Line, Stage, handlers, verdict


@pytest.fixture
async def site(world: World, tmp_path: Path) -> AsyncIterator[Site]:
    """The application of a demo: with the pages that only a demo has, which are everybody's to review as well."""
    async with a_site(world.web, home=tmp_path, demo=True) as found:
        yield found


TABLE = Path(__file__).with_name("matrix.txt")


def read_table() -> list[Line]:
    """The table; the header must name the actors in our order."""
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    assert header == ["route", "policy", "relation", *ACTORS]
    return [
        Line(method=row[0].split()[0], path=row[0].split()[1], policy=row[1], relation=row[2], verdicts=tuple(row[3:]))
        for row in rows
    ]


def relations_of(path: str) -> tuple[str, ...]:
    """Routes about one thing of somebody's have three relations, the others none. Set-up knows no teams: it has two."""
    if path.startswith("/set-up/") and "{ref:" in path:
        return ("own_team", "other_organisation")
    return RELATIONS if "{ref:" in path else ("none",)


async def test_the_table_has_a_line_for_every_route_and_no_other(site: Site):
    wanted = {(line.method, line.path, line.policy, relation) for line in walk_routes(site.app)
              for relation in relations_of(line.path)}  # fmt: skip
    assert {(line.method, line.path, line.policy, line.relation) for line in read_table()} == wanted


async def test_everybody_gets_what_the_table_says(stage: Stage):
    by_route = dict(handlers(stage.site))
    wrong = []
    asked_for = 0
    for line in read_table():
        for actor, expected in zip(ACTORS, line.verdicts, strict=True):
            answer = await stage.ask(line, actor, handler=by_route[line.method, line.path])
            asked_for += 1
            if verdict(answer) != expected:
                wrong.append(f"{line.method} {line.path} {line.relation} {actor}: {verdict(answer)}, not {expected}")
    assert wrong == []
    assert asked_for == len(read_table()) * len(ACTORS)


def test_nobody_reaches_what_belongs_to_another_team_or_organisation() -> None:
    """The table itself: whatever is about a person of others is not there, for every role."""
    lines = [line for line in read_table() if line.relation in ("other_team", "other_organisation")]
    assert lines
    for line in lines:
        assert set(line.verdicts) <= {"sign-in", "no", "404"}, line


def test_nothing_is_done_by_get() -> None:
    """The table itself: what changes something is a POST; a GET is never sent on except to show another page."""
    assert {line.method for line in read_table()} <= {"GET", "HEAD", "POST"}
