"""The shape of the code is kept: contracts of imports (each broken once on purpose), templates, transactions, ceilings."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

import rms
from rms.web.jinja import TEMPLATES, make_pages, preload

CHECKOUT = Path(__file__).resolve().parent.parent
RMS = Path(rms.__file__).parent
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 50
ROOMS_WITH_TABLES = ("audit", "people", "events", "alerts", "messages", "plans", "results", "questionnaires", "sync")
LINT = "from importlinter.cli import lint_imports_command as run; run()"

#: A contract's id, the file that gets a forbidden import, and the import. Everything else in the copy is as it is here.
BREACHES = {
    "rooms": [("rms/people/store/staff.py", "import rms.alerts.store")],
    "pure": [("rms/alerts/rules/trends.py", "import asyncio")],
    "doors": [("rms/portal/actions/answering.py", "import rms.messages.actions")],
    "inside": [("rms/messages/moves/queueing.py", "import httpx")],
    **{f"tables-of-{room}": [("rms/cli/admin.py", f"import rms.{room}.tables")] for room in ROOMS_WITH_TABLES},
}


def files(*, without: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every Python file of RMS, except those below the folders named."""
    for path in sorted(RMS.rglob("*.py")):
        if not set(without) & set(path.relative_to(RMS).parts):
            yield path


def nodes(path: Path) -> Iterator[ast.AST]:
    """Every node of a file."""
    return ast.walk(ast.parse(path.read_text("utf-8"), filename=str(path)))


def named(node: ast.expr | None) -> str:
    """The last name of an expression: `tx` of `tx`, `connection` of `self.connection`."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def contracts() -> dict[str, str]:
    """The contracts of imports, id to name."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    return {one["id"]: one["name"] for one in settings["tool"]["importlinter"]["contracts"]}


def verdicts(tree: Path) -> dict[str, str]:
    """What the checker of imports says of a tree: contract name to KEPT or BROKEN."""
    checked = subprocess.run([sys.executable, "-c", LINT, "--no-cache"], cwd=tree, capture_output=True, text=True)
    said = " ".join(checked.stdout.split())
    found = {
        name: match[1]
        for name in contracts().values()
        if (match := re.search(f"{re.escape(name)} (KEPT|BROKEN)", said))
    }
    assert len(found) == len(contracts()), checked.stdout + checked.stderr
    assert (checked.returncode == 0) == (set(found.values()) == {"KEPT"})
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree that may be spoilt."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(RMS, tree / "rms", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tree / "pyproject.toml")
    return tree


def test_every_contract_is_kept() -> None:
    assert set(verdicts(CHECKOUT).values()) == {"KEPT"}


def test_every_contract_has_a_breach_that_shows_that_it_bites() -> None:
    assert set(BREACHES) == set(contracts())
    assert {path.parent.name for path in RMS.glob("*/tables*")} - {"db"} == set(ROOMS_WITH_TABLES)


@pytest.mark.parametrize("contract", list(BREACHES))
def test_a_forbidden_import_breaks_its_contract_and_is_named(copy: Path, contract: str) -> None:
    kept = {copy / file: (copy / file).read_text("utf-8") for file, _ in BREACHES[contract]}
    try:
        for file, bad in BREACHES[contract]:
            (copy / file).write_text(f"{kept[copy / file]}\n{bad}\n", encoding="utf-8")
        found = verdicts(copy)
    finally:
        for path, text in kept.items():
            path.write_text(text, encoding="utf-8")
    assert {name for name, verdict in found.items() if verdict == "BROKEN"} == {contracts()[contract]}


def test_templates_compile_under_strict_undefined() -> None:
    pages = make_pages(asset=lambda name: f"/assets/{name}")
    assert pages.undefined is jinja2.StrictUndefined
    assert set(preload(pages)) == {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}


def test_a_template_is_of_one_presenter() -> None:
    """Two rooms that give their template the same name would each show the other's page."""
    told = [name for path in RMS.rglob("*.py") for name in re.findall(r'"""`([\w/]+\.html)`', path.read_text("utf-8"))]
    assert len(told) > 50
    assert sorted({name for name in told if told.count(name) > 1}) == []


def test_templates_switch_no_escaping_off_and_hold_no_script_or_style() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=")
    found = [
        str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if unsafe.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_transactions_are_opened_by_database_only() -> None:
    """Outside `db` nobody has an engine, a connection or a pool of their own; rehearsals look in from outside.

    So do two commands: the doctor, before it trusts a database, and the benchmark, which measures the floor below us.
    """
    outside = (RMS / "cli" / "bench.py", RMS / "cli" / "doctor")
    found = [
        f"{path.relative_to(RMS)}:{getattr(node, 'lineno', 0)}"
        for path in files(without=("db", "rehearsal", "piccolo_migrations"))
        if not any(path.is_relative_to(one) for one in outside)
        for node in nodes(path)
        if _is_a_way_round_database(node)
    ]
    assert found == []


def _is_a_way_round_database(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return bool({"DB", "PostgresEngine", "PostgresTransaction"} & {one.name for one in node.names})
    if isinstance(node, ast.Attribute) and node.attr in {"connect", "create_pool"}:
        return named(node.value) == "asyncpg"
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"transaction", "atomic"}
    ):
        return named(node.func.value) in {"engine", "connection", "raw", "tx", "DB"}
    return False


def test_no_statement_begins_or_ends_a_transaction_by_itself() -> None:
    words = re.compile(r"\s*(begin|commit|rollback|savepoint|start transaction)\b(?!\s*[a-z])", re.IGNORECASE)
    found = [
        f"{path.relative_to(RMS)}:{node.lineno}"
        for path in files(without=("db", "piccolo_migrations"))
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in {"execute", "fetch", "fetchrow", "fetchval"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and words.match(node.args[0].value)
    ]
    assert found == []


def test_every_file_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(RMS)) for path in files() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_files_stay_below_their_ceiling() -> None:
    """Migrations are history and one piece of SQL; everything else that grows becomes a folder."""
    long = {
        str(path.relative_to(RMS)): lines
        for path in files(without=("piccolo_migrations",))
        if (lines := len(path.read_text("utf-8").splitlines())) > LINES_OF_A_FILE
    }
    assert long == {}


def test_functions_stay_below_their_ceiling() -> None:
    """Counted from the first statement to the last; a parameter a line and the docstring do not count."""
    long = {
        f"{path.relative_to(RMS)}:{node.name}": lines
        for path in files()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := _lines(node)) > LINES_OF_A_FUNCTION
    }
    assert long == {}


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_tests_replace_nothing_and_leave_nothing_out() -> None:
    """Whatever a test needs in another shape is an argument of what it tests."""
    found = [
        f"{path.relative_to(CHECKOUT)}:{getattr(node, 'lineno', 0)}"
        for path in sorted((CHECKOUT / "tests").rglob("*.py"))
        for node in nodes(path)
        if _replaces_or_leaves_out(node)
    ]
    assert found == []


def _replaces_or_leaves_out(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in {"unittest", "mock", "freezegun", "time_machine"}
    banned = {"patch", "setattr", "skip", "skipif", "xfail", "importorskip"}
    owners = {"pytest", "mark", "mock", "mocker", "monkeypatch"}
    return isinstance(node, ast.Attribute) and node.attr in banned and named(node.value) in owners


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")
    assert [str(path.relative_to(RMS)) for path in files() if later.search(path.read_text("utf-8"))] == []
