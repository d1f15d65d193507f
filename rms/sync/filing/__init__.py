"""From a raw message to a person's record, or to somebody's task: opened, understood, matched, filed, each with a reason.

`opening` reads and looks up, `understanding` (pure) says what can be filed, `one` files a message, `asking` makes a question
of it, `batch` does many at once so that a bad one holds up no other, `set_aside` finds a team for what nobody could be asked.
"""

from rms.sync.filing.batch import file_batch, put_off
from rms.sync.filing.set_aside import ask_about_set_aside

__all__ = ["ask_about_set_aside", "file_batch", "put_off"]
