"""A claimed message, opened: who sent it, what it says, and who of our people it could be about. Reads; writes nothing."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rms.db.engine import Tx
from rms.people.model import PersonName as NameOnFile
from rms.people.names import search_key
from rms.people.store.lookalikes import Described, Lookalike, lookalikes
from rms.results.matching import Candidate, Matched, Unmatched, match_person
from rms.results.model import PatientFacts, PersonName
from rms.results.units import NO_MAP, CodeMap
from rms.sync.filing.beside import bears_a_value, named_in_words
from rms.sync.filing.understanding import Understanding, understand
from rms.sync.hl7 import Kind, Message, read
from rms.sync.senders import Peer, best_of, neighbour_of
from rms.sync.store import Claimed, code_maps, own_code_maps, peers


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of one organisation: whose it is, or why a person must say; and how near its people come.

    `nearness`: 3 somebody here has the NHS number, 2 a hospital number or an NHS number not marked as one, 1 something else
    in common, 0 nothing.
    """

    organisation_id: int
    match: Matched | Unmatched
    nearness: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says by one map of codes.

    `in_words`: the followed tests that only the words of a result speak of. `bears_a_value`: of a message that brings no
    results by its type, that it holds a value of a followed test all the same.
    """

    understanding: Understanding = Understanding(to_file=(), questions=())
    in_words: frozenset[str] = frozenset()
    bears_a_value: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One opened message. `failure` is what went wrong while opening it; then nothing else of it can be trusted.

    `neighbour`: no peer fits, but this one sends from the same address; it can be asked about, never filed for. `rivals`:
    several fit equally well; whichever sent it, only those organisations may be asked for which every one of them may send.

    `readings`: what it says to each organisation, as that one has answered for its codes; `reading` is the one that counts
    here, and `read_for` gives the letter with another.
    """

    claimed: Claimed
    message: Message
    peer: Peer | None
    neighbour: Peer | None = None
    rivals: tuple[Peer, ...] = ()
    reading: Reading = Reading()
    readings: Mapping[int, Reading] = {}
    whose: tuple[Whose, ...] = ()
    failure: Exception | None = None

    @property
    def understanding(self) -> Understanding:
        """What can be filed of it, and what must be asked."""
        return self.reading.understanding

    def read_for(self, organisation_id: int) -> "Letter":
        """The letter as one organisation reads it."""
        reading = self.readings.get(organisation_id, self.reading)
        return self if reading is self.reading else msgspec.structs.replace(self, reading=reading)

    @property
    def concerns_somebody(self) -> bool:
        """Whether, to any organisation, it holds a followed test, or may hold one."""
        return any(one.understanding.concerns_us for one in self.readings.values())

    @property
    def nearest(self) -> Whose | None:
        """The organisation whose people come nearest; of several the first to which the message concerns a followed test."""
        return max(self.whose, default=None, key=lambda one: (
            one.nearness, self.read_for(one.organisation_id).understanding.concerns_us))  # fmt: skip

    @property
    def peer_id(self) -> int | None:
        """The number of its sender; None when nobody knows it."""
        return self.peer.id if self.peer else None

    @property
    def copy_of(self) -> tuple[bytes, int | None]:
        """What all copies of one message share: the bytes and the sender."""
        return self.claimed.sha256, self.peer_id

    @property
    def sender(self) -> str:
        """The sender's name for a sentence."""
        return self.peer.name if self.peer else self.claimed.peer_address

    @property
    def asked(self) -> tuple[int, ...]:
        """The organisations that can be asked about it; none when nobody knows where it came from."""
        if self.rivals:
            return tuple(sorted(set.intersection(*(set(one.organisations) for one in self.rivals))))
        return (self.peer or self.neighbour or _NOBODY).organisations


#: Types of messages that bring no results: answers, people and visits, orders, appointments, medicines, lists and queries.
#: Any other may, in a shape we do not read, and one that seems to hold a followed test is asked about. These are asked
#: about only when they hold a value of one, under somebody's number or name: an order for a PSA is no news.
NO_RESULTS = frozenset({
    "ACK", "ADT", "ADR", "BAR", "DFT", "SIU", "SRM", "SRR", "SQM", "SQR", "ORM", "OML", "OMG", "OMI", "OMP", "OMN",
    "OMS", "OMD", "OMB", "OMQ", "ORR", "ORL", "ORG", "ORI", "ORP", "ORN", "ORS", "ORD", "ORB", "RDE", "RDS", "RGV",
    "RAS", "RRE", "RRD", "RRG", "RRA", "RRI", "REF", "VXU", "VXQ", "VXR", "MFN", "MFK", "QRY", "QBP", "QCN", "QSX",
    "QVR", "NMD", "NMR", "EAC", "EHC", "PMU", "PEX",
})  # fmt: skip
#: How near somebody comes whose NHS number was sent.
HAS_THE_NHS_NUMBER = 3
_NOBODY = Peer(id=0, name="")
_UNREAD = Message(kind=Kind.OTHER)
_NOTHING = Reading()


async def open_letters(tx: Tx, claimed: Sequence[Claimed]) -> list[Letter]:
    """Open messages and look up, for all of them at once, who they could be about."""
    known = await peers(tx)
    letters = [_opened(one, known) for one in claimed]
    maps = await code_maps(tx, [letter.peer.id for letter in letters if letter.peer])
    own = await own_code_maps(tx, [letter.peer.id for letter in letters if letter.peer], common=maps)
    letters = [_understood(letter, maps, own) for letter in letters]
    return await _matched(tx, letters)


def _opened(claimed: Claimed, known: Iterable[Peer]) -> Letter:
    """One that cannot even be read must not keep the others from being read."""
    try:
        message = read(claimed.raw)
    except Exception as failure:
        return Letter(claimed=claimed, message=_UNREAD, peer=None, failure=failure)
    known = list(known)
    noted = tuple(one for one in known if one.id == claimed.peer_id)
    best = noted or best_of(
        known, address=claimed.peer_address, application=message.sending_application, facility=message.sending_facility
    )
    if len(best) == 1:
        return Letter(claimed=claimed, message=message, peer=best[0])
    neighbour = None if best else neighbour_of(known, address=claimed.peer_address)
    return Letter(claimed=claimed, message=message, peer=None, neighbour=neighbour, rivals=best)


def _understood(letter: Letter, maps: Mapping[int, CodeMap], own: Mapping[int, Mapping[int, CodeMap]]) -> Letter:
    if letter.peer is None:
        return letter
    common, answers = maps.get(letter.peer.id, NO_MAP), own.get(letter.peer.id, {})
    try:
        known: dict[int, Reading] = {}
        readings = {}
        for organisation_id in letter.peer.organisations:
            codes = answers.get(organisation_id, common)
            readings[organisation_id] = known.get(id(codes)) or known.setdefault(id(codes), _reading(letter, codes))
    except Exception as failure:
        return msgspec.structs.replace(letter, failure=failure)
    return msgspec.structs.replace(letter, reading=next(iter(readings.values()), _NOTHING), readings=readings)


def _reading(letter: Letter, codes: CodeMap) -> Reading:
    message = letter.message
    brings_no_results = message.kind is Kind.PERSON or (message.kind is Kind.OTHER and message.type in NO_RESULTS)
    if brings_no_results and not bears_a_value(message, codes=codes):
        return _NOTHING
    understanding = understand(message, codes=codes, received_at=letter.claimed.received_civil_at)
    return Reading(
        understanding=understanding, bears_a_value=brings_no_results,
        in_words=named_in_words(message, understanding) if message.kind is Kind.RESULT else frozenset(),
    )  # fmt: skip


async def _matched(tx: Tx, letters: Sequence[Letter]) -> list[Letter]:
    asked: dict[int, tuple[int, int]] = {}
    described: list[Described] = []
    for position, letter in enumerate(letters):
        concerned = letter.message.kind is Kind.RESULT or letter.concerns_somebody
        if letter.peer is not None and concerned and letter.message.patients:
            for organisation_id in letter.peer.organisations:
                asked[len(described)] = (position, organisation_id)
                described.append(_described(len(described), letter.message.patient, organisation_id))
    found = await lookalikes(tx, described) if described else {}
    answers: dict[int, list[Whose]] = {}
    for number, (position, organisation_id) in asked.items():
        whose = _whose(organisation_id, letters[position].message.patient, found[number])
        answers.setdefault(position, []).append(whose)
    return [
        msgspec.structs.replace(letter, whose=tuple(answers.get(position, ())))
        for position, letter in enumerate(letters)
    ]


def _described(number: int, facts: PatientFacts, organisation_id: int) -> Described:
    numbers = {
        (authority, one.value)
        for one in facts.identifiers
        if one.authority
        for authority in (one.authority, one.authority.upper())
    }
    name = NameOnFile(family=facts.family_name, given=facts.given_names)
    unmarked = next((one.value for one in facts.unmarked_nhs_numbers), None)
    return Described(
        number=number, organisation_id=organisation_id, nhs_number=facts.nhs_number or unmarked, born_on=facts.born_on,
        name_key=search_key(name), hospital_numbers=tuple(sorted(numbers)),
    )  # fmt: skip


def _whose(organisation_id: int, facts: PatientFacts, found: Sequence[Lookalike]) -> Whose:
    candidates = [_candidate(one) for one in found]
    match = match_person(facts, candidates)
    numbers = {(one.authority.casefold(), one.value) for one in facts.identifiers}
    if facts.nhs_number and any(facts.nhs_number in (c.nhs_number, *c.former_nhs_numbers) for c in candidates):
        nearness = HAS_THE_NHS_NUMBER
    elif any(
        (authority.casefold(), value) in numbers for c in candidates for authority, value in c.hospital_numbers
    ) or any(one.value == c.nhs_number for one in facts.unmarked_nhs_numbers for c in candidates):
        nearness = 2
    else:
        nearness = 1 if isinstance(match, Matched) or match.candidates else 0
    return Whose(organisation_id=organisation_id, match=match, nearness=nearness)


def _candidate(one: Lookalike) -> Candidate:
    return Candidate(
        person=one.patient_id, names=(PersonName(family=one.family_name, given=tuple(one.given_names.split())),),
        born_on=one.born_on, nhs_number=one.nhs_number, former_nhs_numbers=one.former_nhs_numbers,
        hospital_numbers=one.hospital_numbers,
    )  # fmt: skip
