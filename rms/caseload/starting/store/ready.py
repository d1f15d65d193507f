"""Who is ready for follow-up: one statement, however many wait."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.scope import VISIBLE
from rms.people.model import TumourSite

PAGE = 25
#: A treatment that began longer ago than this and has no end on record is more likely over than going on.
LONG_AGO_DAYS = 180


class Group(StrEnum):
    """The three lists of the page. Together they hold everybody of the team's sites without a plan, once treated."""

    READY = "ready"
    UNCLEAR = "unclear"
    SET_ASIDE = "set_aside"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows: the group, one tumour site (None: all), waiting at least so many days, the page from 1."""

    group: Group = Group.READY
    site: TumourSite | None = None
    waiting_days: int = 0
    page: int = 1


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """One cancer of one person without a plan. `begun_by` has begun to write the plan; the choice is in force.

    `person_ref`: None when their page is not this team's.
    """

    ref: UUID
    patient_id: int
    person_ref: UUID | None
    family_name: str
    given_names: str
    title: str | None
    born_text: str
    nhs_number: str | None
    death_state: str | None
    site: str | None
    icd10: str | None
    description: str | None
    last_kind: str
    began_on: date | None
    ended_on: date | None
    palliative: bool
    begun_by: str | None
    what: str | None
    until_on: date | None
    note: str | None
    made_at: datetime | None
    made_by: str | None


class ReadyList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `counts` are of all three groups within the site, `found` of what the filters leave."""

    counts: dict[Group, int]
    found: int
    page: int
    people: tuple[Ready, ...]


# A month or a year stands for its last day: nobody is asked to start before treatment is surely over.
_LAST_DAY = (
    "case length({text}) when 4 then ({text} || '-12-31')::date"
    " when 7 then (({text} || '-01')::date + interval '1 month' - interval '1 day')::date end"
)

# Hormone treatment and active monitoring go on beside follow-up, so they never say that treatment is over.
_TREATMENTS = f"""
select count(*) as number, bool_or(one.ended_on is null or one.ended_on > $4) as goes_on,
       bool_or(one.ended_on > $4) as ends_later, max(one.began_on) filter (where one.ended_on is null) as open_since,
       max(one.ended_on) as ended_on, min(one.began_on) as began_on, bool_and(one.intent = 'palliative') as palliative,
       (array_agg(one.kind order by coalesce(one.ended_on, one.began_on) desc nulls last))[1] as last_kind
  from (select t.kind, t.intent, day.began_on,
               coalesce(day.ended_on, case when t.kind = 'surgery' then day.began_on end) as ended_on
          from treatment t
         cross join lateral (
           select coalesce(t.started_on, {_LAST_DAY.format(text="t.started_text")}) as began_on,
                  coalesce(t.ended_on, {_LAST_DAY.format(text="t.ended_text")}) as ended_on) day
         where t.organisation_id = c.organisation_id and t.patient_id = c.patient_id
           and (t.case_id = c.id or t.case_id is null) and t.kind not in ('hormone', 'active_monitoring')) one
"""

_LIST = f"""
with ours as (
  select s.site from unnest($3::text[]) as s(site)
   where (select t.id from team t where t.organisation_id = $2
           order by (t.tumour_site = nullif(s.site, '')) desc nulls last, t.tumour_site is null desc, t.id limit 1)
         = any($1)),
waiting as materialized (
  select c.id, c.ref, c.patient_id, c.tumour_site as site, c.icd10, c.description, coalesce(t.last_kind, '') as last_kind,
         t.began_on, case when not t.goes_on then t.ended_on end as ended_on, coalesce(t.palliative, false) as palliative,
         x.id as choice_id,
         case when x.what in ('declined', 'not_suitable', 'elsewhere') or x.until_on > $4 then 'set_aside'
              when not t.goes_on then 'ready' else 'unclear' end as in_group
    from register_case c
    join ours on ours.site = coalesce(c.tumour_site, '')
    join patient p on p.organisation_id = c.organisation_id and p.id = c.patient_id
    left join follow_up_choice x on x.organisation_id = c.organisation_id and x.case_id = c.id and x.withdrawn_at is null
    cross join lateral ({_TREATMENTS}) t
   where c.organisation_id = $2 and p.merged_into_id is null and p.death_state is distinct from 'formal'
     and ($5::text is null or c.tumour_site = $5)
     and not exists (select from plan l where l.organisation_id = c.organisation_id and l.patient_id = c.patient_id
                        and l.case_id = c.id)
     and (x.id is not null
          or t.number > 0 and (not t.goes_on
                               or not coalesce(t.ends_later, false) and coalesce(t.open_since < $8, true)))),
shown as (
  select * from waiting w where w.in_group = $6 and coalesce(coalesce(w.ended_on, w.began_on) <= $7, $7 = $4))
select n.*, page.*
  from (select count(*) filter (where in_group = 'ready') as ready, count(*) filter (where in_group = 'unclear') as unclear,
               count(*) filter (where in_group = 'set_aside') as set_aside, (select count(*) from shown) as found
          from waiting) n
  left join lateral (
    select s.ref, s.patient_id, case when {VISIBLE} then p.ref end as person_ref,
           p.family_name, p.given_names, p.title, p.born_text, p.nhs_number, p.death_state, s.site,
           s.icd10, s.description, s.last_kind, s.began_on, s.ended_on, s.palliative, b.display_name as begun_by, x.what,
           x.until_on, x.note, x.made_at, m.display_name as made_by
      from shown s
      join patient p on p.organisation_id = $2 and p.id = s.patient_id
      left join plan_draft d on d.organisation_id = $2 and d.case_id = s.id
      left join staff b on b.organisation_id = $2 and b.id = d.saved_by_staff_id
      left join follow_up_choice x on x.organisation_id = $2 and x.id = s.choice_id
      left join staff m on m.organisation_id = $2 and m.id = x.made_by_staff_id
     order by coalesce(s.ended_on, s.began_on) nulls last, s.id
     limit {PAGE} offset case when $9::integer < n.found then $9::integer else 0 end) page on true
"""

#: Every site there is, and the empty text for one that nobody has named.
SITES = ("", *TumourSite)


async def ready_list(look: Look, *, wanted: Wanted) -> ReadyList:
    """One page, the treatment that ended first on top; a page that does not exist is the first."""
    today = look.tx.today
    rows = await look.tx.fetch(
        _LIST, *look.scope, list(SITES), today, wanted.site, wanted.group, today - timedelta(days=wanted.waiting_days),
        today - timedelta(days=LONG_AGO_DAYS), (wanted.page - 1) * PAGE,
    )  # fmt: skip
    first = rows[0]
    people = tuple(
        Ready(**{name: row[name] for name in Ready.__struct_fields__}) for row in rows if row["ref"] is not None
    )
    return ReadyList(
        counts={group: first[group] for group in Group},
        found=first["found"],
        page=wanted.page if (wanted.page - 1) * PAGE < first["found"] else 1,
        people=people,
    )
