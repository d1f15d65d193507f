"""Style sheets and scripts: named by their content, complete, and asking nobody outside."""

from pathlib import Path

import pytest

from rms.errors import Unavailable
from rms.web.assets import build, read_manifest, without_outside_fonts

CSS = "@font-face{font-family:F;src:url(https://elsewhere.example/f.woff2)}b{background:url(/assets/images/tick.svg)}"


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    """The files that the build takes from npm's packages."""
    folder = tmp_path / "node_modules"
    nhsuk, htmx = folder / "nhsuk-frontend/dist/nhsuk", folder / "htmx.org/dist"
    (nhsuk / "assets/images").mkdir(parents=True)
    htmx.mkdir(parents=True)
    (nhsuk / "nhsuk-frontend-10.6.1.min.css").write_text(CSS)
    (nhsuk / "nhsuk-frontend-10.6.1.min.js").write_text("export {}")
    (nhsuk / "assets/images/tick.svg").write_text("<svg/>")
    (htmx / "htmx.min.js").write_text("htmx")
    return folder


def test_names_follow_content_and_images_stay_where_the_style_sheet_looks(tmp_path: Path, node_modules: Path) -> None:
    static, own = tmp_path / "static", tmp_path / "front"
    own.mkdir()
    (own / "rms.css").write_text("a{}")
    first = build(node_modules=node_modules, own=own, static=static)
    assert sorted(first) == ["htmx.js", "nhsuk.css", "nhsuk.js", "rms.css"]
    assert (static / "images/tick.svg").is_file()
    assert "elsewhere" not in (static / first["nhsuk.css"]).read_text()
    (own / "rms.css").write_text("b{}")
    second = build(node_modules=node_modules, own=own, static=static)
    assert second["rms.css"] != first["rms.css"]
    assert second["nhsuk.css"] == first["nhsuk.css"]
    assert not (static / first["rms.css"]).exists()
    assert read_manifest(static) == second


def test_only_fonts_from_elsewhere_are_taken_out() -> None:
    assert without_outside_fonts(CSS) == "b{background:url(/assets/images/tick.svg)}"


def test_without_a_build_there_is_a_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"run `python3 run\.py setup`"):
        read_manifest(tmp_path / "nowhere")
