"""`rms doctor`: try everything that the settings name, and say in a line each whether it works and what is wrong.

It changes nothing: no migration runs and no row is written. Each file here looks at one side: the machine, the database,
the systems outside.
"""

from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.doctor.database import look_at_database
from rms.cli.doctor.machine import look_at_machine
from rms.cli.doctor.outside import look_outside


async def run_doctor(context: Context, arguments: Arguments) -> int:
    """Look at everything; 1 when anything is wrong."""
    del arguments
    found = [
        *look_at_machine(context.settings),
        *await look_at_database(context),
        *await look_outside(context.settings),
    ]
    wrong = [one for one in found if not one.ok]
    lines = [f"{'ok   ' if one.ok else 'WRONG'}  {one.what}: {one.sentence}" for one in found]
    lines.append(f"{len(wrong)} of {len(found)} are wrong." if wrong else "Nothing is wrong.")
    checks = [{"what": one.what, "ok": one.ok, "sentence": one.sentence} for one in found]
    context.show({"ok": not wrong, "checks": checks}, "\n".join(lines))
    return Exit.NO if wrong else Exit.DONE


COMMANDS = (Command(words="doctor", help="Check everything that the settings name.", run=run_doctor, reads=True),)
