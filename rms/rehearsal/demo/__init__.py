"""The demo: two made-up trusts with people at every stage, and the processes up to look around.

`cast` says how many people stand where, `courses` which cancers and which values, `people` and `settled` (pure) make the
rows of what is long settled, `founding` founds the trusts, `loading` copies, `weeks` plays the last weeks through the real
doors, `running` keeps it up.
"""

from rms.rehearsal.demo.running import Demo

__all__ = ["Demo"]
