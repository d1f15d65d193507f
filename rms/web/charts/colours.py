"""The colours of a chart. Each kind of line has its own dash or shape as well: nothing is told by colour alone.

Marks and lines stand out from the page (white, or its grey) by 3 to 1 at least, words by 4.5 to 1; tests compute it. The
grid is decoration: every number on it is written beside it.
"""

from typing import Final

INK: Final = "#212b32"
MARK: Final = "#005eb8"
LIMIT: Final = "#7c2855"
EVENT: Final = "#425563"
GRID: Final = "#d8dde0"
