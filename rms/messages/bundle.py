"""Several letters as one file for the printer. Each begins on a sheet of its own, also when paper is printed on both sides."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst

from rms.errors import BadInput
from rms.messages.letters import fonts, page_count

_PAGE = '#set page(paper: "a4", margin: 0pt)\n'
#: A blank back: no two people's letters ever share a sheet.
_BLANK = "[]"


def together(pdfs: Sequence[bytes]) -> bytes:
    """One file of all, in their order. The letters themselves are kept as they are; this is only for paper."""
    pages: list[str] = []
    for number, pdf in enumerate(pdfs):
        count = page_count(pdf)
        pages += [f'#image("{number}.pdf", page: {page}, width: 100%)' for page in range(1, count + 1)]
        pages += [_BLANK] * (count % 2)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for number, pdf in enumerate(pdfs):
            (folder / f"{number}.pdf").write_bytes(pdf)
        source = folder / "together.typ"
        source.write_text(_PAGE + "\n#pagebreak()\n".join(pages), encoding="utf-8")
        try:
            return typst.compile(str(source), root=made, font_paths=fonts())
        except typst.TypstError as error:
            raise BadInput(f"These letters cannot be put together: {error.message}") from error
