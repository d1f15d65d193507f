"""What can happen inside an open transaction, across rooms."""

from rms.followup.moves.answering import SavedAnswer, save_answer, submit_answers
from rms.followup.moves.deciding import decide, undo
from rms.followup.moves.dying import end_after_death, record_death, reverse_death
from rms.followup.moves.filing import FiledResult, file_result
from rms.followup.moves.going_on import go_on
from rms.followup.moves.judging import judge
from rms.followup.moves.starting import start_plan
from rms.followup.moves.transferring import transfer

__all__ = [
    "FiledResult",
    "SavedAnswer",
    "decide",
    "end_after_death",
    "file_result",
    "go_on",
    "judge",
    "record_death",
    "reverse_death",
    "save_answer",
    "start_plan",
    "submit_answers",
    "transfer",
    "undo",
]
