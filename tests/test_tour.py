"""The tour in the README: its pictures are those that the script takes, they are there, small, and said in words."""

import importlib.util
import re
import struct
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
PICTURE = re.compile(r"!\[([^\]]*)\]\((docs/tour/[^)]+)\)")
#: A screen reader reads it out; "Screenshot" alone says nothing.
FEWEST_WORDS = 8


@pytest.fixture
def tour() -> ModuleType:
    """`.ci/tour.py` as a module."""
    spec = importlib.util.spec_from_file_location("tour_py", ROOT / ".ci" / "tour.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pictures() -> list[tuple[str, str]]:
    """Of the README: the words and the path of each picture."""
    return PICTURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_shows_every_stop_in_the_order_of_the_walk(tour: ModuleType) -> None:
    assert [path for _, path in pictures()] == [f"docs/tour/{stop.file}.png" for stop in tour.STOPS]


def test_no_picture_lies_about_that_nobody_shows(tour: ModuleType) -> None:
    assert {path.stem for path in tour.PICTURES.glob("*")} == {stop.file for stop in tour.STOPS}


def test_every_picture_is_small_and_as_wide_as_its_window(tour: ModuleType) -> None:
    for stop in tour.STOPS:
        content = (tour.PICTURES / f"{stop.file}.png").read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n"), stop.file
        assert struct.unpack(">II", content[16:24]) == stop.size, stop.file
        assert len(content) <= tour.MOST_BYTES, stop.file


def test_every_picture_is_told_in_words() -> None:
    for words, path in pictures():
        assert len(words.split()) >= FEWEST_WORDS, path


def test_a_stop_out_of_its_order_is_not_taken(tour: ModuleType) -> None:
    """The README tells the walk in this order."""
    camera = object.__new__(tour.Camera)
    camera._left = list(tour.STOPS)
    with pytest.raises(RuntimeError, match="its list says 1-sign-in"):
        camera.take(None, "2-today")
