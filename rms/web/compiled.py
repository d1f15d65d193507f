"""Templates in their compiled form, kept from one start to the next, as Python keeps its own modules.

A start that finds them has a second of work less. A kept form is used only for the very text it was made from, under the
same rules, by the same Python and Jinja. Where nothing can be written (a checkout that belongs to somebody else) each start
compiles anew.
"""

import contextlib
import hashlib
from pathlib import Path
from typing import Final

from jinja2.bccache import Bucket, FileSystemBytecodeCache

KEPT_IN: Final = Path(__file__).parents[2] / ".templates"


class Compiled(FileSystemBytecodeCache):
    """Jinja's own cache of files, which never stops a page: what cannot be read or written is compiled.

    `rules` is whatever else decides what a text compiles to (the options of its environment).
    """

    def __init__(self, *, rules: bytes, folder: Path = KEPT_IN) -> None:
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o755, exist_ok=True)
        super().__init__(str(folder))
        self._rules = rules

    def get_source_checksum(self, source: str) -> str:
        """What a kept form is compared by: the text and the rules."""
        return hashlib.sha256(self._rules + source.encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the kept form. One that is half or of another version counts as none."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, TypeError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the form, in one move; without a place for it, nothing happens."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)
