"""What can happen to people, their contact details and their register cases inside an open transaction.

Each move names its organisation, so that it works in a member of staff's transaction and in the worker's alike. What an
import does to thousands is set-based; the move for one person is the same statement with one row.
"""

from rms.people.moves.cases import CaseToPut, TreatmentToPut, put_case, put_cases, put_treatment, put_treatments
from rms.people.moves.contacts import (
    mark_contact_dead,
    set_contact,
    set_contacts,
    set_preference,
    start_messages,
    stop_messages,
)
from rms.people.moves.correcting import Corrected, correct_person
from rms.people.moves.dying import mark_alive, mark_dead
from rms.people.moves.needing import set_helper, set_needs
from rms.people.moves.notes import mark_note_read, write_note
from rms.people.moves.persons import (
    Admission,
    add_identifier,
    add_people,
    add_person,
    change_people,
    change_person,
    preferred_channel,
)

__all__ = [
    "Admission",
    "CaseToPut",
    "Corrected",
    "TreatmentToPut",
    "add_identifier",
    "add_people",
    "add_person",
    "change_people",
    "change_person",
    "correct_person",
    "mark_alive",
    "mark_contact_dead",
    "mark_dead",
    "mark_note_read",
    "preferred_channel",
    "put_case",
    "put_cases",
    "put_treatment",
    "put_treatments",
    "set_contact",
    "set_contacts",
    "set_helper",
    "set_needs",
    "set_preference",
    "start_messages",
    "stop_messages",
    "write_note",
]
