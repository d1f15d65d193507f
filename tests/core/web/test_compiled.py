"""Kept templates: used when they are the right ones, and never in the way of a page."""

from pathlib import Path

import jinja2
import pytest

from rms.web.compiled import Compiled


def rendered(folder: Path, *, text: str = "Dear {{ name }}", rules: bytes = b"1", **options: bool) -> str:
    loader = jinja2.DictLoader({"letter.html": text})
    environment = jinja2.Environment(
        loader=loader, autoescape=True, bytecode_cache=Compiled(rules=rules, folder=folder), **options
    )
    return environment.get_template("letter.html").render(name="Ann")


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_start_uses_what_an_earlier_one_kept(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert rendered(folder) == "Dear Ann"
    [file] = kept(folder)
    written = file.stat().st_mtime_ns
    # Compiled under other options the same text would escape nothing: the kept form is what is used.
    assert rendered(folder, trim_blocks=True) == "Dear Ann"
    assert file.stat().st_mtime_ns == written


@pytest.mark.parametrize("change", [{"text": "Hello {{ name }}"}, {"rules": b"2"}], ids=["text", "rules"])
def test_another_text_or_other_rules_are_compiled_anew(tmp_path: Path, change: dict) -> None:
    folder = tmp_path / "kept"
    rendered(folder)
    [file] = kept(folder)
    before = file.read_bytes()
    assert rendered(folder, **change) == ("Hello Ann" if "text" in change else "Dear Ann")
    assert file.read_bytes() != before


@pytest.mark.parametrize(
    "left", [b"", b"j2", b"\0" * 400, None], ids=["empty", "half", "nonsense", "cut in the middle"]
)
def test_a_broken_form_counts_as_none(tmp_path: Path, left: bytes | None) -> None:
    folder = tmp_path / "kept"
    rendered(folder)
    [file] = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if left is None else left)
    assert rendered(folder) == "Dear Ann"
    assert file.read_bytes() == whole


def test_where_nothing_can_be_written_pages_come_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert rendered(tmp_path / "file" / "kept") == "Dear Ann"
