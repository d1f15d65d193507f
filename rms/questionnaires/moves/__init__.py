"""What can happen to questionnaires, assignments and answers inside an open transaction."""

from rms.questionnaires.moves.answering import note_opened, save_answer, submit
from rms.questionnaires.moves.asking import (
    ask,
    ask_now,
    end_links,
    end_links_of_person,
    end_links_to_pages,
    expire,
    withdraw,
)
from rms.questionnaires.moves.versions import load_questionnaires, sign_off

__all__ = [
    "ask",
    "ask_now",
    "end_links",
    "end_links_of_person",
    "end_links_to_pages",
    "expire",
    "load_questionnaires",
    "note_opened",
    "save_answer",
    "sign_off",
    "submit",
    "withdraw",
]
