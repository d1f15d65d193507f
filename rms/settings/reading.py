"""Reading single settings and gathering what is wrong with them, as sentences. It knows no meaning of a setting."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from rms.settings.secret import Secret

# Read by the tests only; named so that a slip in a real name is not taken for it, nor it for a slip.
NAMES_OF_OTHERS = ("RMS_TEST_DATA",)
LIKE_ENOUGH = 0.9

T = TypeVar("T")


class Environment:
    """Reads names from a mapping. A wrong one gives a harmless stand-in and is remembered until `faults()` is asked."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._asked: list[str] = []
        self._faults: list[str] = []

    def text(self, name: str) -> str | None:
        """Give a setting without the white space around it; None when it is missing or empty."""
        self._asked.append(name)
        return self._environ.get(name, "").strip() or None

    def port(self, name: str, *, default: int) -> int:
        """Give a port number from 1 to 65535."""
        given = self.text(name)
        if given is None:
            return default
        if re.fullmatch(r"[0-9]{1,5}", given, re.ASCII) and 1 <= int(given) <= 65535:
            return int(given)
        return self._fault(f"{name} must be a port number from 1 to 65535.", instead=default)

    def url(self, name: str, *, default: str) -> str:
        """Give an http or https address without a slash at its end."""
        given = self.text(name)
        if given is None:
            return default
        if _is_url(given, schemes=("http", "https")):
            return given.rstrip("/")
        return self._fault(f"{name} must be an address that starts with http:// or https://.", instead=default)

    def database_url(self, name: str) -> Secret | None:
        """Give the address of a PostgreSQL database, with its password in it."""
        given = self.secret(name)
        if given is None or _is_url(given.reveal(), schemes=("postgresql", "postgres")):
            return given
        return self._fault(f"{name} must be an address that starts with postgresql://.", instead=None)

    def secret(self, name: str, *, hex_bytes: int | None = None, at_least: int = 1) -> Secret | None:
        """Give a secret from the setting or from the file that `<name>_FILE` names; None when neither is there.

        With `hex_bytes` it must be that many bytes in hexadecimal, with `at_least` so many characters long.
        """
        given, file = self.text(name), self.text(f"{name}_FILE")
        if given and file:
            return self._fault(f"{name} and {name}_FILE are both set; keep one of them.", instead=None)
        found = self._from_file(f"{name}_FILE", file) if file else given
        if found is None:
            return None
        if hex_bytes is not None and not re.fullmatch(rf"[0-9a-fA-F]{{{2 * hex_bytes}}}", found):
            return self._fault(
                f"{name} must be {hex_bytes} bytes, written as {2 * hex_bytes} hexadecimal digits.", instead=None
            )
        if len(found) < at_least:
            return self._fault(f"{name} must be at least {at_least} characters long.", instead=None)
        return Secret(found)

    def all_or_none(self, name: str, *, needed_by: tuple[str, ...]) -> None:
        """Remember a fault when `name` is missing although one of the settings that need it is there."""
        if not self._is_set(name) and (there := [other for other in needed_by if self._is_set(other)]):
            self._faults.append(f"{name} is missing although {there[0]} is set.")

    def faults(self) -> list[str]:
        """Give a sentence for every setting that was wrong and every name that looks like a slip, each once.

        A name that is nothing like ours is left alone: it may belong to a program around us. One that is nearly ours
        would otherwise be a setting that silently does not count.
        """
        known = {*self._asked, *NAMES_OF_OTHERS}
        unknown = sorted(name for name in self._environ if name.startswith("RMS_") and name not in known)
        meant = ((name, difflib.get_close_matches(name, sorted(known), n=1, cutoff=LIKE_ENOUGH)) for name in unknown)
        slips = [f"{name} is not a setting of RMS; {close[0]} was probably meant." for name, close in meant if close]
        return list(dict.fromkeys([*self._faults, *slips]))

    def _is_set(self, name: str) -> bool:
        return any(self._environ.get(each, "").strip() for each in (name, f"{name}_FILE"))

    def _from_file(self, name: str, path: str) -> str | None:
        try:
            found = Path(path).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return self._fault(f"{name} names a file that cannot be read.", instead=None)
        return found or self._fault(f"{name} names an empty file.", instead=None)

    def _fault(self, sentence: str, *, instead: T) -> T:
        self._faults.append(sentence)
        return instead


def _is_url(text: str, *, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    has_place = bool(parts.netloc) or parts.scheme not in ("http", "https")  # a socket's place may stand in the query
    return parts.scheme in schemes and has_place and not re.search(r"\s", text)
