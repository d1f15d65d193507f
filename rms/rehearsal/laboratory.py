"""A laboratory to rehearse with: writes ORU^R01 messages and sends them over MLLP, as a hospital's system does."""

import socket
from datetime import date, datetime, time

import msgspec

from rms.people.model import Person, RegisterPerson, Sex
from rms.sync.mllp import Framer, wrap

#: The laboratory of the demo, as its peer knows it.
LABORATORY, FACILITY = "Demo Valley Laboratory", "DEMOLAB"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One reported value: when it was taken, what the laboratory wrote (`0.03`, `<0.1`), its own order number."""

    sampled_on: date
    value: str
    order: str
    unit: str = "ug/L"
    status: str = "F"
    analyte: str = "psa"


#: What a laboratory calls each analyte: the name of the order, the LOINC code, its text, the range it prints.
CALLED = {
    "psa": ("PSA^Prostate antigen", "83112-3", "Prostate specific antigen", "<4.0"),
    "cea": ("CEA^Carcinoembryonic antigen", "2039-6", "Carcinoembryonic antigen", "<5.0"),
}
_SEX = {Sex.FEMALE: "F", Sex.MALE: "M"}


def oru(who: RegisterPerson, sample: Sample, *, sent_at: datetime, facility: str, application: str = "LIMS") -> bytes:
    """One ORU^R01 with one value about a person of the register."""
    return oru_about(who.person, sample, sent_at=sent_at, facility=facility, application=application)


def oru_about(person: Person, sample: Sample, *, sent_at: datetime, facility: str, application: str = "LIMS") -> bytes:
    """One ORU^R01 with one value."""
    order, code, text, usual = CALLED[sample.analyte]
    number = f"{person.nhs_number}^^^NHS^NH" if person.nhs_number else ""
    name = f"{person.name.family}^{'^'.join(person.name.given)}^^^{person.name.prefix or ''}"
    taken = datetime.combine(sample.sampled_on, time(8, 30)).strftime("%Y%m%d%H%M")
    control = f"{sample.order}{sample.status}{sent_at:%H%M%S%f}"[:50]
    comparator = sample.value[0] if sample.value[:1] in "<>" else ""
    kind, value = ("SN", f"{comparator}^{sample.value[1:]}") if comparator else ("NM", sample.value)
    born = str(person.born_on).replace("-", "")
    segments = [
        f"MSH|^~\\&|{application}|{facility}|RMS|RMS|{sent_at:%Y%m%d%H%M%S}||ORU^R01|{control}|P|2.4|||AL|NE||UNICODE UTF-8",
        f"PID|1||{number}||{name}||{born}|{_SEX.get(person.sex, 'U')}",
        "PV1|1|O",
        f"ORC|RE|{sample.order}|{sample.order}",
        f"OBR|1|{sample.order}|{sample.order}|{order}|||{taken}|||||||||||||||{taken}|||{sample.status}",
        f"OBX|1|{kind}|{code}^{text}^LN||{value}|{sample.unit}|{usual}|N|||{sample.status}|||{taken}",
    ]
    return ("\r".join(segments) + "\r").encode()


def send(message: bytes, *, host: str, port: int, seconds: float = 30.0) -> str:
    """Send one message and wait for its answer; the code in MSA-1 (`AA`, `AE`, `AR`). OSError when there is none."""
    return code_of(exchange(message, host=host, port=port, seconds=seconds))


def code_of(answer: str) -> str:
    """What an acknowledgement says in MSA-1. ConnectionError for an answer that is none."""
    found = next((line for line in answer.split("\r") if line.startswith("MSA|")), None)
    if found is None:
        raise ConnectionError("The listener answered something that is no acknowledgement.")
    return found.split("|")[1]


def exchange(message: bytes, *, host: str, port: int, seconds: float = 30.0) -> str:
    """Send one message and wait for its answer, whole. OSError when there is none."""
    framer = Framer()
    with socket.create_connection((host, port), timeout=seconds) as connection:
        connection.sendall(wrap(message))
        while True:
            received = connection.recv(65_536)
            if not received:
                raise ConnectionError("The listener closed the connection without an answer.")
            for frame in framer.feed(received):
                return frame.body.decode("utf-8", errors="replace")
