"""Plans, protocols and occurrences as values."""

from rms.plans.store.modes import ModesOnFile, modes_of_plan
from rms.plans.store.occurrences import (
    OccurrenceOnFile,
    closed_by_result,
    locked_occurrence,
    looks_of_plan,
    occurrences_of_plan,
    open_occurrences,
    waiting_for,
)
from rms.plans.store.plans import (
    PlanOnFile,
    effective_plan,
    latest_birthday,
    lock_plan,
    open_plans_of,
    plan_by_name,
    plan_on_file,
    plans_by_id,
    plans_of,
)
from rms.plans.store.protocols import (
    ProtocolOnFile,
    protocol_by_key,
    protocol_version,
    protocol_versions,
    signed_protocols,
)
from rms.plans.store.running import PlansOfTeam, plans_asking, plans_on_protocol

__all__ = [
    "ModesOnFile",
    "OccurrenceOnFile",
    "PlanOnFile",
    "PlansOfTeam",
    "ProtocolOnFile",
    "closed_by_result",
    "effective_plan",
    "latest_birthday",
    "lock_plan",
    "locked_occurrence",
    "looks_of_plan",
    "modes_of_plan",
    "occurrences_of_plan",
    "open_occurrences",
    "open_plans_of",
    "plan_by_name",
    "plan_on_file",
    "plans_asking",
    "plans_by_id",
    "plans_of",
    "plans_on_protocol",
    "protocol_by_key",
    "protocol_version",
    "protocol_versions",
    "signed_protocols",
    "waiting_for",
]
