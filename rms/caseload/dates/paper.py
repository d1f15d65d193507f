"""A person's dates as tagged PDF/UA-1, from `templates/dates`: A4, in large print for those who need it."""

from pathlib import Path
from typing import Final

import msgspec
import typst

from rms.caseload.dates.presenters import DatesPaper
from rms.errors import BadInput
from rms.messages.compose import day_in_words
from rms.messages.letters import breakable, face, fonts, midnight

TEMPLATE: Final = Path(__file__).resolve().parents[3] / "templates" / "dates" / "dates.typ"


def print_dates(paper: DatesPaper) -> bytes:
    """The PDF file. Raises BadInput when it cannot be written; takes a moment: run it in a thread."""
    values = {
        **msgspec.to_builtins(paper),
        "name": breakable(paper.name),
        "fonts": [face(fonts().families())],
        "day_in_words": day_in_words(paper.day),
        "day_parts": [paper.day.year, paper.day.month, paper.day.day],
    }
    try:
        return typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            font_paths=fonts(),
            sys_inputs={"dates": msgspec.json.encode(values).decode()},
            pdf_standards=["ua-1"],
            timestamp=midnight(paper.day),
        )
    except typst.TypstError as error:
        raise BadInput(f"The dates cannot be written: {error.message}") from error
