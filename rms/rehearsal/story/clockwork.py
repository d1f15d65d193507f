"""Letting civil days pass: the clock moves a day at a time, and goes on when nothing that is due is left undone.

Whether anything is left is asked of the rows, as the owner, not of the worker: a worker that does nothing is noticed.
"""

import asyncio
from datetime import date, datetime, time, timedelta
from time import monotonic

from rms.clock import at_london, london_date, start_of_london_day
from rms.errors import Unavailable
from rms.messages.printing import last_day_late
from rms.people.store import ATTENDED, SEE_ALERTS
from rms.rehearsal.story.eyes import Eyes

NINE = time(9)

#: What is due by the civil clock and not yet done, each with how many. $1: the roles that see alerts, since what is set
#: aside waits unasked while no team is attended (ADR 0015).
_LEFT = f"""
with now as (select clock_timestamp() + civil_offset as at from database_state)
select 'calendar' as what, count(*) from calendar, now where act_on <= (now.at at time zone 'Europe/London')::date
union all select 'messages to send', count(*) from message, now where state = 'queued' and not_before <= now.at
union all select 'messages under way', count(*) from message where state in ('sending', 'unknown')
union all select 'receipts', count(*) from message where state = 'accepted' and channel <> 'letter'
union all select 'inbox', count(*) from inbox where state = 'received'
union all select 'set aside, nobody asked', count(*) from inbox where state = 'set_aside' and asked_alert_id is null
   and exists (select from team t where {ATTENDED})
union all select 'plans to judge', count(*)
    from now, plan p join patient m on m.organisation_id = p.organisation_id and m.id = p.patient_id
   where p.judge_on <= (now.at at time zone 'Europe/London')::date and m.death_state is distinct from 'formal'
union all select 'results to ask about', count(*) from result, now
   where review_due_on <= (now.at at time zone 'Europe/London')::date
union all select 'answers to ask about', count(*) from assignment, now
   where review_due_on <= (now.at at time zone 'Europe/London')::date
union all select 'alerts to ring', count(*) from alert, now where state <> 'closed' and next_escalation_at <= now.at
union all select 'events', count(*) from event, now where state in ('waiting', 'delivering') and held_until <= now.at
union all select 'deaths to spread', count(*) from death d join patient p on p.nhs_number = d.nhs_number
   where (d.reversed_at is null) <> (p.death_state is not null)
"""

#: Letters that have waited too long for a printer ($1: those of before then), of a team that nobody has asked today ($2).
_LATE_TO_PRINT = """
select count(*) from letter l join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
 where l.printed_at is null and l.made_at < $1 and m.state in ('accepted', 'delivered')
   and not exists (select from alert a where a.organisation_id = m.organisation_id and a.subject_kind = 'print_queue'
          and a.subject_id = m.team_id and a.rule_key = 'letters-waiting'
          and (a.state <> 'closed' or exists (select from alert_cause c where c.organisation_id = a.organisation_id
                 and c.alert_id = a.id and c.cause_kind = 'day' and c.cause_id = $2)))
"""


class Clockwork:
    """Moves the civil clock of a demo database and waits for quiet."""

    def __init__(self, eyes: Eyes, *, patience_seconds: float = 60.0, look_every_seconds: float = 0.03) -> None:
        self._eyes = eyes
        self._look_every = look_every_seconds
        self._patience = patience_seconds

    async def now(self) -> datetime:
        """The civil instant."""
        at: datetime = await self._eyes.fetchval("select clock_timestamp() + civil_offset from database_state")
        return at

    async def today(self) -> date:
        """The civil day in London."""
        return london_date(await self.now())

    async def set_to(self, instant: datetime) -> None:
        """Put the clock to an instant."""
        await self._eyes.execute("update database_state set civil_offset = $1 - clock_timestamp()", instant)

    async def morning_of(self, day: date) -> None:
        """Put the clock to nine in the morning of a day."""
        await self.set_to(at_london(day, NINE))

    async def pass_minutes(self, minutes: int) -> None:
        """Let some minutes pass and every duty run dry."""
        await self.set_to(await self.now() + timedelta(minutes=minutes))
        await self.quiet()

    async def pass_days_until(self, day: date) -> None:
        """Let days pass one by one; each ends with nothing due left undone."""
        today = await self.today()
        while today < day:
            today += timedelta(days=1)
            await self.morning_of(today)
            await self.quiet()

    async def left(self) -> dict[str, int]:
        """What is due and not done."""
        left = {row["what"]: row["count"] for row in await self._eyes.fetch(_LEFT, list(SEE_ALERTS)) if row["count"]}
        today = await self.today()
        since = start_of_london_day(last_day_late(today) + timedelta(days=1))
        late: int = await self._eyes.fetchval(_LATE_TO_PRINT, since, today.toordinal())
        return left | ({"letters late to be printed, nobody asked": late} if late else {})

    async def quiet(self) -> None:
        """Wait until nothing due is left. Unavailable, naming what is left, when that takes too long."""
        until = monotonic() + self._patience
        while left := await self.left():
            if monotonic() > until:
                what = ", ".join(f"{count} {name}" for name, count in left.items())
                raise Unavailable(f"The worker did not finish what was due within {self._patience:.0f} s: {what}.")
            await asyncio.sleep(self._look_every)
