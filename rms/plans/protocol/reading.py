"""Strict reading of a protocol file: text in, protocol out, or every fault at once with file, key and reason."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from rms.errors import BadInput
from rms.plans.protocol.checks import contradictions
from rms.plans.protocol.language import Protocol


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong in one file. `key` is the way to it, such as `steps[0].schedule.phases[1].every_months`."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}" if self.key else f"{self.file}: {self.reason}"


class ProtocolRefused(BadInput):
    """A protocol, or several, cannot be used. `faults` holds everything that is wrong."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def decode(raw: bytes, *, file: str) -> Protocol:
    """Read one protocol. ProtocolRefused with every fault that can be found at once."""
    try:
        tree = json.loads(raw, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise ProtocolRefused((Fault(file=file, key="", reason=f"This is not JSON we can read: {error}."),)) from None
    faults = [Fault(file=file, key=key, reason=reason) for key, reason in _misfits(tree, Protocol, "")]
    if faults:
        raise ProtocolRefused(tuple(faults))
    protocol = msgspec.convert(tree, Protocol)
    faults = [Fault(file=file, key=key, reason=reason) for key, reason in contradictions(protocol)]
    if faults:
        raise ProtocolRefused(tuple(faults))
    return protocol


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a protocol file, made from the structs."""
    return msgspec.json.schema(Protocol)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values for one key would silently be one; say so instead."""
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"the key {twice[0]!r} is given twice")
    return dict(pairs)


def _misfits(tree: Any, wanted: Any, at: str) -> Iterator[tuple[str, str]]:
    """Walk tree and type side by side and name each place where they differ; msgspec alone stops at the first."""
    try:
        msgspec.convert(tree, wanted)
    except (msgspec.ValidationError, RecursionError) as error:
        inner = list(_inside(tree, wanted, at))
        yield from inner or [(at, f"{str(error).split(' - at `$')[0]}.")]


def _inside(tree: Any, wanted: Any, at: str) -> Iterator[tuple[str, str]]:
    wanted = _choose(tree, wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        if isinstance(tree, dict):
            yield from _inside_struct(tree, wanted, at)
        return
    origin, args = get_origin(wanted), get_args(wanted)
    if origin is tuple and isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from _misfits(item, args[0], f"{at}[{index}]")
    elif isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(tree, dict):
        for key, item in tree.items():
            yield from _misfits(item, args[1], f"{at}.{key}")


def _inside_struct(tree: dict[str, Any], wanted: type[msgspec.Struct], at: str) -> Iterator[tuple[str, str]]:
    fields = {field.name: field for field in msgspec.structs.fields(wanted)}
    types = get_type_hints(wanted, include_extras=True)
    tag = wanted.__struct_config__.tag_field
    prefix = f"{at}." if at else ""
    for key in tree:
        if key not in fields and key != tag:
            yield f"{prefix}{key}", "There is no such key here."
    for name, field in fields.items():
        if name in tree:
            yield from _misfits(tree[name], types[name], f"{prefix}{name}")
        elif field.required:
            yield f"{prefix}{name}", "This key is missing."


def _choose(tree: Any, wanted: Any) -> Any:
    """Of a union the member that the tree means: by tag, or what is left without None."""
    if get_origin(wanted) not in (Union, UnionType):
        return wanted
    members = [member for member in get_args(wanted) if member is not type(None)]
    if len(members) == 1:
        return members[0]
    if isinstance(tree, dict):
        for member in members:
            config = cast(type[msgspec.Struct], member).__struct_config__
            if tree.get(config.tag_field or "") == config.tag:
                return member
    return None
