"""What can happen to protocols, plans and occurrences inside an open transaction."""

from rms.plans.moves.arranging import arrange, hear_it_is_booked, set_place
from rms.plans.moves.changing import add_repeat, override
from rms.plans.moves.closing import close_occurrence, reopen_occurrence
from rms.plans.moves.hearing import hear_it_was_done
from rms.plans.moves.living import confirm_seen, end, hold, pause, restore, resume, set_judge_on, suspend
from rms.plans.moves.migrating import migrate_plan, stay_on_version, undo_migration, why_not_move
from rms.plans.moves.modes import set_modes
from rms.plans.moves.protocols import load_library, sign_off, withdraw_sign_off
from rms.plans.moves.starting import start
from rms.plans.moves.withdrawing import note_decision, withdraw_repeat
from rms.plans.moves.writing import refresh

__all__ = [
    "add_repeat",
    "arrange",
    "close_occurrence",
    "confirm_seen",
    "end",
    "hear_it_is_booked",
    "hear_it_was_done",
    "hold",
    "load_library",
    "migrate_plan",
    "note_decision",
    "override",
    "pause",
    "refresh",
    "reopen_occurrence",
    "restore",
    "resume",
    "set_judge_on",
    "set_modes",
    "set_place",
    "sign_off",
    "start",
    "stay_on_version",
    "suspend",
    "undo_migration",
    "why_not_move",
    "withdraw_repeat",
    "withdraw_sign_off",
]
