"""What no clinician answers for yet: protocols without which no plan starts, questionnaires without which nobody is asked."""

from collections.abc import Iterator, Sequence

import asyncpg

from rms.sync.finding import Finding, fine, wrong

#: Names in one line of the doctor.
_NAMED = 5
#: The latest version of each, with whether the organisation signed it off (in a live database for real people).
_PROTOCOLS = """
select distinct on (v.key) v.key, v.version,
       (select array_agg(distinct step->>'questionnaire') filter (where step->>'questionnaire' is not null)
          from jsonb_array_elements(v.content->'steps') step) as asks,
       exists (select from protocol_sign_off o where o.protocol_version_id = v.id and o.organisation_id = $1
                  and o.withdrawn_at is null and (state.mode = 'demo' or not o.for_demonstration_only)) as signed
  from protocol_version v cross join database_state state order by v.key, v.version desc
"""
_QUESTIONNAIRES = """
select distinct v.key from questionnaire_version v cross join database_state state
  join questionnaire_sign_off o on o.questionnaire_version_id = v.id and o.organisation_id = $1
 where o.withdrawn_at is null and (state.mode = 'demo' or not o.for_demonstration_only)
"""


async def look_at_sign_offs(owner: asyncpg.Connection) -> list[Finding]:
    """A line for each organisation's protocols, and one for the questionnaires that these ask."""
    found: list[Finding] = []
    for row in await owner.fetch("select id, code from organisation order by code"):
        protocols = await owner.fetch(_PROTOCOLS, row["id"])
        signed = {each["key"] for each in await owner.fetch(_QUESTIONNAIRES, row["id"])}
        found += _of_organisation(row["code"], protocols, signed_questionnaires=signed)
    return found or [fine("organisations", "there is none yet: `rms organisation add` adds one.")]


def _the_first(names: Sequence[str]) -> str:
    """Enough of them to know what is meant; `rms protocol list` has all."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _of_organisation(
    code: str, protocols: Sequence[asyncpg.Record], *, signed_questionnaires: set[str]
) -> Iterator[Finding]:
    unsigned = [f"{one['key']} version {one['version']}" for one in protocols if not one["signed"]]
    what = f"protocols of {code}"
    if len(unsigned) == len(protocols):
        yield wrong(what, "none is signed off, so no plan can start: `rms protocol sign-off` is for a clinician.")
        return
    rest = f" Not signed off, and not used: {_the_first(unsigned)}." if unsigned else ""
    yield fine(what, f"{len(protocols) - len(unsigned)} of {len(protocols)} are signed off.{rest}")
    asked = {key for one in protocols if one["signed"] for key in one["asks"] or ()}
    if missing := sorted(asked - signed_questionnaires):
        said = f"{', '.join(missing)} is asked by a protocol and not signed off, so nobody gets it"
        yield wrong(f"questionnaires of {code}", f"{said}: `rms questionnaire sign-off` is for a clinician.")
    elif asked:
        yield fine(f"questionnaires of {code}", f"all {len(asked)} that the protocols ask are signed off.")
