"""The tables that are filled by COPY with their columns, and who counts the ids. Must not connect to anything."""

from collections.abc import Mapping
from typing import Any, Final

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]

#: The columns of each table, in the order in which rows may come in.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "patient": ("id", "organisation_id", "nhs_number", "family_name", "given_names", "name_key", "born_on", "born_text",
                "sex", "interpreter_needed", "needs", "restricted", "flags", "gp_code", "gp_name", "prefers",
                "created_by"),
    "contact_point": ("organisation_id", "patient_id", "kind", "value", "source", "valid_from", "recorded_by"),
    "register_case": ("id", "organisation_id", "patient_id", "source", "source_ref", "tumour_site", "icd10",
                      "diagnosed_on", "diagnosed_text"),
    "treatment": ("organisation_id", "patient_id", "case_id", "source", "source_ref", "kind", "intent", "started_on",
                  "started_text"),
    "plan": ("id", "organisation_id", "patient_id", "case_id", "team_id", "nurse_staff_id", "protocol_version_id",
             "tumour_site", "state", "created_at", "created_by_staff_id", "started_at", "started_by_staff_id"),
    "plan_anchor": ("organisation_id", "plan_id", "anchor", "on_date", "source"),
    "occurrence": ("id", "organisation_id", "plan_id", "patient_id", "team_id", "step_key", "number", "kind", "analyte",
                   "questionnaire_key", "title", "facts", "earliest_on", "due_on", "latest_on", "stages", "stages_on",
                   "state", "state_reason", "closed_at", "closed_by_kind", "closed_by_id", "done_on", "plan_revision",
                   "created_at"),
    "calendar": ("act_on", "organisation_id", "occurrence_id", "stage"),
    "result": ("id", "organisation_id", "patient_id", "source_key", "analyte", "code", "sample_at", "occurrence_id",
               "plan_id", "team_id", "current_version_id", "review_state", "is_history", "filed_at"),
    "result_version": ("id", "organisation_id", "result_id", "digest", "status", "status_rank", "reported_at",
                       "value_text", "number", "comparator", "unit_sent", "unit", "received_at"),
    "alert": ("id", "organisation_id", "patient_id", "plan_id", "team_id", "kind", "subject_kind", "subject_id",
              "rule_key", "episode", "sentence", "opened_at", "respond_by", "next_escalation_at"),
    "alert_cause": ("organisation_id", "alert_id", "cause_kind", "cause_id", "sentence", "added_at"),
}  # fmt: skip


class Ids:
    """The next id of each table."""

    def __init__(self, first: Mapping[str, int]) -> None:
        self._next = dict(first)

    def take(self, table: str) -> int:
        """Use one up."""
        number = self._next[table]
        self._next[table] = number + 1
        return number


class Sheet:
    """Rows by table, each with its columns by name; the rows of one table name the same columns."""

    def __init__(self) -> None:
        self.columns: dict[str, tuple[str, ...]] = {}
        self.rows: Rows = {}

    def add(self, table: str, **values: Any) -> None:
        """Add one row. Raises KeyError when it names other columns than the first of its table."""
        columns = self.columns.setdefault(table, tuple(values))
        if len(values) != len(columns):
            raise KeyError(f"Another row of {table} has the columns {', '.join(columns)}.")
        self.rows.setdefault(table, []).append(tuple(values[name] for name in columns))
