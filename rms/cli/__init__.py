"""The command line: `rms NOUN [VERB] ...`. Words, settings and exit codes stand here; what is done stands in the rooms.

Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 refused input, 4 a system is unavailable.
"""

from rms.cli.main import main

__all__ = ["main"]
