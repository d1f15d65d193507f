"""What confirming a death does to the open alerts about the person, said before it is done. Pure."""

from collections.abc import Sequence

from rms.caseload.people.presenters.acting import Listed
from rms.followup.moves.after_death import AlertAtTheEnd


def alerts_listed(found: Sequence[AlertAtTheEnd]) -> tuple[Listed, ...]:
    """Those that are closed, then those that stay; nothing when no alert is open."""
    ends = tuple(one.sentence for one in found if not one.stays)
    stays = tuple(one.sentence for one in found if one.stays)
    lists = []
    if ends:
        lists.append(Listed(heading=f"{_these(len(ends))} will be closed, in your name:", lines=ends))
    if stays:
        why = "because nobody has looked yet at what came. Please look at it, even after death:"
        verb = "stays" if len(stays) == 1 else "stay"
        lists.append(Listed(heading=f"{_these(len(stays))} {verb} open, {why}", lines=stays))
    return tuple(lists)


def _these(count: int) -> str:
    return "This alert" if count == 1 else f"These {count} alerts"
