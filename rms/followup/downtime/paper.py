"""A downtime list as tagged PDF/UA-1, from `templates/downtime`: A4 across, a heading row and a page number on every page."""

from pathlib import Path
from typing import Final

import msgspec
import typst

from rms.errors import BadInput
from rms.followup.downtime.words import Paper
from rms.messages.compose import day_in_words
from rms.messages.letters import face, fonts, midnight

TEMPLATE: Final = Path(__file__).resolve().parents[3] / "templates" / "downtime" / "list.typ"


def print_list(paper: Paper) -> bytes:
    """The PDF file. Raises BadInput when it cannot be written; takes seconds for thousands of lines: run it in a thread."""
    values = {
        **msgspec.to_builtins(paper),
        "fonts": [face(fonts().families())],
        "day_in_words": day_in_words(paper.day),
        "day_parts": [paper.day.year, paper.day.month, paper.day.day],
    }
    try:
        return typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            font_paths=fonts(),
            sys_inputs={"list": msgspec.json.encode(values).decode()},
            pdf_standards=["ua-1"],
            timestamp=midnight(paper.day),
        )
    except typst.TypstError as error:
        raise BadInput(f"The downtime list cannot be written: {error.message}") from error
