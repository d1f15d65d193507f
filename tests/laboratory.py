"""A laboratory for tests: writes HL7 v2 results about the cast's people, and sends them over MLLP as a laboratory does."""

import asyncio
import contextlib
import hashlib
from datetime import UTC, datetime

from rms.people.model import Person
from rms.sync.mllp import wrap
from tests.cast import Trust
from tests.database import World

PSA = "2857-1^Prostate specific Ag^LN"
NAME = "Mill Lane Laboratory"


def obx(
    value: str, *, code: str = PSA, unit: str = "ug/L", status: str = "F", sort: str = "NM", number: int = 1
) -> str:
    """One observation."""
    return f"OBX|{number}|{sort}|{code}||{value}|{unit}|0.0-4.0||||{status}"


def oru(
    person: Person | None,
    *observations: str,
    filler: str = "F1",
    control: str = "M1",
    sampled: str = "202603020915",
    reported: str = "202603021400",
    sent: str = "20260302140500",
    facility: str = "MLL",
    pid: str | None = None,
) -> bytes:
    """A result message about a person; by default one PSA of 0.1 sampled on 2 March 2026."""
    lines = [
        f"MSH|^~\\&|LIMS|{facility}|RMS|RAA|{sent}||ORU^R01|{control}|P|2.4",
        pid if pid is not None else pid_of(person),
        f"ORC|RE||{filler}",
        f"OBR|1||{filler}|PSA^PSA|||{sampled}|||||||||||||||{reported}|||F",
        *(observations or (obx("0.1"),)),
    ]
    return ("\r".join(line for line in lines if line) + "\r").encode()


def pid_of(
    person: Person | None, *, born: str | None = None, family: str | None = None, given: str | None = None
) -> str:
    """How a laboratory names one of the cast, with whatever it got wrong."""
    if person is None:
        return ""
    nhs = f"{person.nhs_number}^^^NHS^NH" if person.nhs_number else ""
    local = "~".join(f"{one.value}^^^{one.system}^MR" for one in person.hospital_numbers)
    exact = person.born_on.exact
    return (
        f"PID|1||{'~'.join(filter(None, (nhs, local)))}||{family or person.name.family}^{given or person.name.given[0]}||"
        f"{born or (exact.strftime('%Y%m%d') if exact else '')}|M"
    )


async def a_peer(
    world: World, *trusts: Trust, facility: str = "MLL", name: str = NAME, address: str | None = None
) -> int:
    """Let a laboratory send for some trusts."""
    [row] = await world.as_owner(
        "insert into peer (name, sending_facility, addresses) values ($1, $2, $3) returning id",
        name, facility, [address] if address else [],
    )  # fmt: skip
    for trust in trusts:
        await world.as_owner("insert into peer_organisation values ($1, $2)", row["id"], trust.organisation_id)
    return int(row["id"])


async def arrive(world: World, *messages: bytes, fault: str | None = None) -> list[int]:
    """Put messages into the inbox as the listener does; their ids."""
    rows = [
        await world.as_owner(
            "insert into inbox (peer_address, raw, sha256, answered, frame_fault, received_civil_at)"
            " values ('127.0.0.1', $1, $2, $3, $4, $5) returning id",
            raw, hashlib.sha256(raw).digest(), "AE" if fault else "AA", fault, datetime(2026, 3, 2, 15, tzinfo=UTC),
        )
        for raw in messages
    ]  # fmt: skip
    return [row[0]["id"] for row in rows]


class Sender:
    """One connection of a laboratory."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int) -> "Sender":
        """Connect to a listener on this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**22))

    async def write(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self, seconds: float = 20) -> str | None:
        """The code of the next answer (AA, AE) and its control id; None when the connection ended instead."""
        try:
            raw = await asyncio.wait_for(self.reader.readuntil(b"\x1c\r"), seconds)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        msa = next(line for line in raw.decode().split("\r") if line.startswith("MSA"))
        return " ".join(msa.split("|")[1:3])

    async def send(self, message: bytes) -> str | None:
        """Send one message and wait for its answer."""
        try:
            await self.write(wrap(message))
        except ConnectionError:
            return None
        return await self.answer()

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class Switchboard:
    """Makes connections and hangs them all up at the end of a test."""

    def __init__(self) -> None:
        self._made: list[Sender] = []

    async def connect(self, port: int) -> Sender:
        """Connect to a listener on this machine, which may still be starting."""
        for _ in range(500):
            try:
                self._made.append(await Sender.connect(port))
            except OSError:
                await asyncio.sleep(0.02)
            else:
                return self._made[-1]
        raise AssertionError("the listener does not come up")

    async def close(self) -> None:
        """Hang up everywhere."""
        for sender in self._made:
            await sender.close()
