"""Narrowing a list to people who are followed up in one way: the condition, and the choices of its filter."""

from collections.abc import Mapping
from typing import Final

from rms.plans.modes import NAMES

WAYS: Final[Mapping[str, str]] = {str(mode): name for mode, name in NAMES.items()}

#: `row` has the person, `way` is the parameter. Somebody of whom nobody knows, who has no plan that runs or for whom
#: nobody has recorded a way stands under each of them: nobody is left out of sight.
FOLLOWED_IN: Final = """
($way = '' or coalesce((
  select bool_or(coalesce((select $way = any(w.modes) from plan_mode w where w.organisation_id = r.organisation_id
                              and w.plan_id = r.id order by w.id desc limit 1), true))
    from plan r where r.organisation_id = $row.organisation_id and r.patient_id = $row.patient_id
       and r.state <> 'ended'), true))
"""


def followed_in(*, row: str, way: str) -> str:
    """The condition for a statement in which the person stands in `row` and the way in the parameter `way` (`$9`)."""
    return FOLLOWED_IN.replace("$way", way).replace("$row", row)
