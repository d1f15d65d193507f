"""Who stands where: the teams of the demo and, for each person of a team, what they are there to show. Pure."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from rms.people.model import TumourSite


class Part(StrEnum):
    """What one made-up person shows. The dates of each are in `courses.NEXT_DUE`."""

    QUIET = "quiet"
    SOON = "soon"
    LATE = "late"
    CHASED = "chased"
    WAITING = "waiting"
    LOOKED_AT = "looked_at"
    BREACH = "breach"
    CONFIRMED = "confirmed"
    CANNOT_TELL = "cannot_tell"
    RECURRENCE = "recurrence"
    SET_ASIDE = "set_aside"
    DUE_BACK = "due_back"
    ANSWERS = "answers"
    RED_FLAG = "red_flag"
    HALF_WAY = "half_way"
    UNREACHED = "unreached"
    STOPPED = "stopped"
    BY_PHONE = "by_phone"
    UNMATCHED = "unmatched"
    READY = "ready"
    DRAFTED = "drafted"
    LEFT_OUT = "left_out"
    PAUSED = "paused"
    PAUSE_OVER = "pause_over"
    SUSPENDED = "suspended"
    HELD = "held"
    ENDED = "ended"


#: Without a plan: they came from the register, and nobody has started anything.
WITHOUT_PLAN = frozenset({Part.READY, Part.DRAFTED, Part.LEFT_OUT})

#: Of a thousand people of a team; who is not named here is quiet. Every part has somebody, however small the team is.
PER_THOUSAND = {
    Part.SOON: 60, Part.LATE: 30, Part.CHASED: 20, Part.WAITING: 45, Part.LOOKED_AT: 15, Part.BREACH: 8,
    Part.CONFIRMED: 4, Part.CANNOT_TELL: 4, Part.RECURRENCE: 3, Part.SET_ASIDE: 5, Part.DUE_BACK: 4, Part.ANSWERS: 12,
    Part.RED_FLAG: 4, Part.HALF_WAY: 3, Part.UNREACHED: 4, Part.STOPPED: 4, Part.BY_PHONE: 6, Part.UNMATCHED: 4,
    Part.READY: 40, Part.DRAFTED: 4, Part.LEFT_OUT: 10, Part.PAUSED: 8, Part.PAUSE_OVER: 3, Part.SUSPENDED: 4,
    Part.HELD: 4, Part.ENDED: 40,
}  # fmt: skip
#: However small the team: one is decided this morning, another waits for whoever looks at the demo.
AT_LEAST = {Part.WAITING: 3}


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team of a made-up trust: which protocol its people follow, and its share of all people in per cent."""

    trust: str
    key: str
    name: str
    site: TumourSite
    protocol: str
    phone: str
    share: int
    hours: str = "Monday to Friday, 9am to 5pm"


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """A made-up trust. The codes belong to nobody."""

    code: str
    name: str
    phone: str


TRUSTS = (
    Trust(code="ZDM", name="Demo Valley Hospitals", phone="01632 960300"),
    Trust(code="ZDN", name="Demo Heath Hospital", phone="01632 960400"),
)
TEAMS = (
    Team(trust="ZDM", key="prostate-surgery", name="Prostate follow-up after surgery", site=TumourSite.UROLOGY,
         protocol="prostate-after-prostatectomy", phone="01632 960301", share=31),
    Team(trust="ZDM", key="colorectal", name="Bowel cancer follow-up", site=TumourSite.COLORECTAL,
         protocol="colorectal-after-curative-surgery", phone="01632 960302", share=22),
    Team(trust="ZDM", key="breast", name="Breast cancer follow-up", site=TumourSite.BREAST,
         protocol="breast-after-primary-treatment", phone="01632 960303", share=24,
         hours="Monday to Thursday, 8:30am to 4:30pm; Friday, 8:30am to 1pm"),
    Team(trust="ZDM", key="prostate-radiotherapy", name="Prostate follow-up after radiotherapy",
         site=TumourSite.UROLOGY, protocol="prostate-after-radiotherapy", phone="01632 960304", share=20),
    Team(trust="ZDN", key="urology", name="Urology follow-up", site=TumourSite.UROLOGY,
         protocol="prostate-after-prostatectomy", phone="01632 960401", share=3),
)  # fmt: skip
#: The fewest people with whom every part is there in every team.
FEWEST = 150


def parts_of(team: Team, *, people: int) -> Iterator[Part]:
    """What each person of a team shows, mixed, so that neighbours on a list differ."""
    count = people * team.share // 100
    wanted = [
        part
        for part, share in PER_THOUSAND.items()
        for _ in range(max(AT_LEAST.get(part, 1), round(count * share / 1_000)))
    ]
    everybody = (wanted + [Part.QUIET] * max(0, count - len(wanted)))[: max(count, len(wanted))]
    # A step that shares no factor with the number of people visits each of them once.
    step = next(step for step in (7_919, 7_907, 1_009) if len(everybody) % step)
    return (everybody[(place * step) % len(everybody)] for place in range(len(everybody)))
