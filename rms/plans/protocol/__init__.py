"""Protocols: the language they are written in, strict reading with every fault at once, and the library we ship.

Only `library` reads files. The language is JSON; `json_schema()` lets an editor complete and check it.
"""

from rms.plans.protocol.language import Protocol, Step
from rms.plans.protocol.library import LIBRARY, load_library
from rms.plans.protocol.reading import Fault, ProtocolRefused, decode, json_schema

__all__ = ["LIBRARY", "Fault", "Protocol", "ProtocolRefused", "Step", "decode", "json_schema", "load_library"]
