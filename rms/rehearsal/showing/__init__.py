"""What only a demo shows: the tray of what was sent, the clock that can be moved, a laboratory to send from.

None of it is mounted where the database says live; what changes something refuses there in the database as well.
"""

from rms.db.engine import Tx
from rms.errors import NotFound


def only_in_a_demo(tx: Tx) -> None:
    """The second wall: NotFound wherever the database says live, whatever the program was told."""
    if tx.live:
        raise NotFound("No such page.")
