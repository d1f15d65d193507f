"""Checks a value against the part of JSON Schema (draft 4, and OpenAPI 3's nullable) that the providers' files use."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


class Shapes:
    """Schemas by file, so that references between files are followed. `find` turns a file's name into its path."""

    def __init__(self, folder: Path, *, prefix: str = "") -> None:
        self._folder = folder
        self._prefix = prefix

    def load(self, name: str) -> Any:
        """One file as JSON."""
        return json.loads((self._folder / f"{self._prefix}{name}").read_text())

    def faults(self, value: object, schema: Any, *, root: Any, at: str = "$") -> list[str]:
        """Where `value` departs from `schema`; empty when it fits."""
        return list(self._faults(value, schema, root, at))

    def _faults(self, value: object, schema: Any, root: Any, at: str) -> Iterator[str]:
        if "$ref" in schema:
            name, _, pointer = schema["$ref"].partition("#")
            root = self.load(name) if name else root
            target = root
            for step in filter(None, pointer.split("/")):
                target = target[step]
            yield from self._faults(value, target, root, at)
            return
        if value is None and schema.get("nullable"):
            return
        if "oneOf" in schema:
            fits = sum(not self.faults(value, choice, root=root, at=at) for choice in schema["oneOf"])
            if fits != 1:
                yield f"{at}: fits {fits} of the choices"
        yield from _own_faults(value, schema, at)
        if isinstance(value, dict):
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    yield from self._faults(value[name], inner, root, f"{at}.{name}")
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                yield from self._faults(item, schema["items"], root, f"{at}[{number}]")


def _own_faults(value: object, schema: Any, at: str) -> Iterator[str]:
    if "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        yield f"{at}: is not of type {schema['type']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{at}: does not match {schema['pattern']}"
    if isinstance(value, dict):
        yield from (f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value)
        if schema.get("additionalProperties") is False:
            strange = set(value) - set(schema.get("properties", {}))
            yield from (f"{at}: has {name} besides" for name in strange)
