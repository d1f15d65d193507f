"""The protocols that come with this version of the system: one data file each, in a folder a tumour site.

The only file of the room's pure part that reads anything. A trust's own folder is read the same way.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from rms.errors import BadInput
from rms.plans.protocol.language import Protocol
from rms.plans.protocol.reading import Fault, ProtocolRefused, decode

LIBRARY = Path(__file__).parent.parent / "protocols"


def load_library(folder: Path = LIBRARY) -> Mapping[str, Protocol]:
    """Read every protocol below a folder, by key, in order of key.

    ProtocolRefused names every fault of every file. A file lies in the folder of its site and is called after its key.
    BadInput when there is no such folder or nothing in it.
    """
    paths = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if not paths:
        raise BadInput(f"There is no protocol file in {folder}.")
    protocols: dict[str, Protocol] = {}
    faults: list[Fault] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            protocol = decode(path.read_bytes(), file=name)
        except ProtocolRefused as refused:
            faults += refused.faults
            continue
        except OSError as error:
            faults.append(Fault(file=name, key="", reason=f"The file cannot be read: {error.strerror}."))
            continue
        faults += _misplaced(protocol, path=path, name=name, known=protocols)
        protocols[protocol.key] = protocol
    faults += _questions_of_one_key(protocols)
    if faults:
        raise ProtocolRefused(tuple(faults))
    return MappingProxyType(dict(sorted(protocols.items())))


def _questions_of_one_key(protocols: Mapping[str, Protocol]) -> list[Fault]:
    """Two questions under one key share one answer on the page that offers both protocols: each needs a key of its own."""
    first: dict[str, tuple[str, str]] = {}
    faults = []
    for key, protocol in protocols.items():
        for question in protocol.eligibility.questions:
            asked_by, words = first.setdefault(question.key, (key, question.question))
            if words != question.question:
                reason = f"{asked_by} asks another question under the key {question.key}."
                name = f"{protocol.tumour_site}/{key}.json"
                faults.append(Fault(file=name, key="eligibility.questions", reason=reason))
    return faults


def _misplaced(protocol: Protocol, *, path: Path, name: str, known: Mapping[str, Protocol]) -> list[Fault]:
    faults = []
    if path.stem != protocol.key:
        faults.append(Fault(file=name, key="key", reason=f"The file must be called {protocol.key}.json."))
    if path.parent.name != protocol.tumour_site:
        reason = f"The file must lie in the folder {protocol.tumour_site}."
        faults.append(Fault(file=name, key="tumour_site", reason=reason))
    if protocol.key in known:
        faults.append(Fault(file=name, key="key", reason=f"There is another file with the key {protocol.key}."))
    return faults
