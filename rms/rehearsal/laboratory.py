"""A laboratory to rehearse with: writes ORU^R01 messages and sends them over MLLP, as a hospital's system does."""

import socket
from datetime import date, datetime, time

import msgspec

from rms.people.model import RegisterPerson
from rms.sync.mllp import Framer, wrap


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One reported PSA: when it was taken, what the laboratory wrote (`0.03`, `<0.1`), its own order number."""

    sampled_on: date
    value: str
    order: str
    unit: str = "ug/L"
    status: str = "F"


def oru(who: RegisterPerson, sample: Sample, *, sent_at: datetime, facility: str, application: str = "LIMS") -> bytes:
    """One ORU^R01 with one PSA (LOINC 83112-3)."""
    person = who.person
    number = f"{person.nhs_number}^^^NHS^NH" if person.nhs_number else ""
    name = f"{person.name.family}^{'^'.join(person.name.given)}^^^{person.name.prefix or ''}"
    taken = datetime.combine(sample.sampled_on, time(8, 30)).strftime("%Y%m%d%H%M")
    control = f"{sample.order}{sample.status}{sent_at:%H%M%S%f}"[:50]
    comparator = sample.value[0] if sample.value[:1] in "<>" else ""
    kind, value = ("SN", f"{comparator}^{sample.value[1:]}") if comparator else ("NM", sample.value)
    born = str(person.born_on).replace("-", "")
    segments = [
        f"MSH|^~\\&|{application}|{facility}|RMS|RMS|{sent_at:%Y%m%d%H%M%S}||ORU^R01|{control}|P|2.4|||AL|NE||UNICODE UTF-8",
        f"PID|1||{number}||{name}||{born}|M",
        "PV1|1|O",
        f"ORC|RE|{sample.order}|{sample.order}",
        f"OBR|1|{sample.order}|{sample.order}|PSA^Prostate antigen|||{taken}|||||||||||||||{taken}|||{sample.status}",
        f"OBX|1|{kind}|83112-3^Prostate specific antigen^LN||{value}|{sample.unit}|<4.0|N|||{sample.status}|||{taken}",
    ]
    return ("\r".join(segments) + "\r").encode()


def send(message: bytes, *, host: str, port: int, seconds: float = 30.0) -> str:
    """Send one message and wait for its answer; the code in MSA-1 (`AA`, `AE`, `AR`). OSError when there is none."""
    framer = Framer()
    with socket.create_connection((host, port), timeout=seconds) as connection:
        connection.sendall(wrap(message))
        while True:
            received = connection.recv(65_536)
            if not received:
                raise ConnectionError("The listener closed the connection without an answer.")
            for frame in framer.feed(received):
                answer = frame.body.decode("utf-8", errors="replace")
                return next(line for line in answer.split("\r") if line.startswith("MSA")).split("|")[1]
