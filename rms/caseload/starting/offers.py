"""Which protocols a nurse can choose for a cancer, why each, and which fit but may not be used yet. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from rms.alerts.model import Anchor
from rms.people.model import Diagnosis, Treatment
from rms.plans.protocol.language import Protocol, Question
from rms.plans.store import ProtocolOnFile
from rms.plans.suggest import suggest


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol that may be chosen. `suggested`: the register speaks for it."""

    version_id: int
    protocol: Protocol
    reason: str
    doubts: tuple[str, ...]
    anchors: Mapping[Anchor, date]
    suggested: bool


class NotYet(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol that fits but may not be chosen, with what is missing."""

    title: str
    missing: str


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """Best first. `not_yet` are named so that nobody takes a worse one without knowing."""

    offers: tuple[Offer, ...]
    not_yet: tuple[NotYet, ...]

    def of(self, version_id: int | None) -> Offer | None:
        """The offer of a protocol version."""
        return next((one for one in self.offers if one.version_id == version_id), None)

    @property
    def best(self) -> Offer | None:
        """What to fill in before anybody chose: the first that the register speaks for."""
        return next((one for one in self.offers if one.suggested), None)


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that stand together: `only_for` is empty when every offered protocol asks them."""

    only_for: tuple[str, ...]
    questions: tuple[Question, ...]


def offers_for(
    versions: Iterable[ProtocolOnFile], *, diagnosis: Diagnosis, treatments: tuple[Treatment, ...], live: bool
) -> Offers:
    """Sort the versions into what may be chosen and what is missing. In a live database a demonstration is no sign-off."""
    by_key: dict[str, list[ProtocolOnFile]] = {}
    for one in versions:
        by_key.setdefault(one.protocol.key, []).append(one)
    usable = [
        max(some, key=_number)
        for some in ([v for v in one if _signed(v, live=live)] for one in by_key.values())
        if some
    ]
    others = [max(one, key=_number) for one in by_key.values() if not any(_signed(v, live=live) for v in one)]
    ids = {one.protocol.key: one.id for one in usable}
    offered = [
        Offer(version_id=ids[one.protocol.key], protocol=one.protocol, reason=one.reason, doubts=one.doubts,
              anchors=one.anchors, suggested=True)
        for one in suggest([one.protocol for one in usable], diagnosis=diagnosis, treatments=treatments)
    ]  # fmt: skip
    known = {one.version_id for one in offered}
    offered += [
        _other(one) for one in usable if one.id not in known and diagnosis.site in (one.protocol.tumour_site, None)
    ]
    fitting = suggest([one.protocol for one in others], diagnosis=diagnosis, treatments=treatments)
    signed_somehow = {one.protocol.key: one.signed_by is not None for one in others}
    return Offers(
        offers=tuple(offered),
        not_yet=tuple(
            NotYet(title=one.protocol.title, missing=_missing(demonstration=signed_somehow[one.protocol.key]))
            for one in fitting
        ),
    )


def blocks_of(offers: Sequence[Offer]) -> tuple[Block, ...]:
    """The questions of all offered protocols, each once, those of all protocols first."""
    askers: dict[Question, list[str]] = {}
    for one in offers:
        for question in one.protocol.eligibility.questions:
            askers.setdefault(question, []).append(one.protocol.title)
    blocks: dict[tuple[str, ...], list[Question]] = {}
    for question, titles in askers.items():
        blocks.setdefault(() if len(titles) == len(offers) else tuple(titles), []).append(question)
    return tuple(
        Block(only_for=titles, questions=tuple(some)) for titles, some in sorted(blocks.items(), key=lambda one: one[0])
    )


def _number(one: ProtocolOnFile) -> int:
    return one.protocol.version


def _signed(one: ProtocolOnFile, *, live: bool) -> bool:
    return one.signed_by is not None and not (live and one.for_demonstration_only)


def _other(one: ProtocolOnFile) -> Offer:
    return Offer(
        version_id=one.id, protocol=one.protocol, suggested=False, anchors={},
        reason=f"The register does not speak for it. It is for: {one.protocol.setting}.",
        doubts=("Check that diagnosis and treatment are those that this protocol was written for.",),
    )  # fmt: skip


def _missing(*, demonstration: bool) -> str:
    if demonstration:
        return "it is signed off for demonstration only, which is not enough for real people"
    return "nobody has signed it off here: a consultant or team lead reads it and signs it off first"
