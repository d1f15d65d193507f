"""From one version of a protocol to another, for one person: every occurrence, every change, what needs a tick. Pure."""

from rms.plans.schedule.migrating.comparing import migrate
from rms.plans.schedule.migrating.model import Flag, Held, Line, Migration, What

__all__ = ["Flag", "Held", "Line", "Migration", "What", "migrate"]
