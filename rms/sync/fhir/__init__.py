"""FHIR R4, both ways and pure: a register's bundle to people, an event to the transaction that tells the register."""

from rms.sync.fhir.bundle import read_register_bundle, unpacked
from rms.sync.fhir.outcomes import EntryAnswer, entries_done, entry_answers, outcome_transaction

__all__ = [
    "EntryAnswer",
    "entries_done",
    "entry_answers",
    "outcome_transaction",
    "read_register_bundle",
    "unpacked",
]
