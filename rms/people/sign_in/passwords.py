"""Passwords: which are taken, how they are kept, and a check that costs the same whether a name is known or not."""

import re

import anyio
import anyio.to_thread
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST

SHORTEST = 15
LONGEST = 200
BESIDES_NAME = 8
"""Characters that are not one's own sign-in name."""

#: Long passwords that are tried first, without spaces and in small letters. Length alone does not save these.
_COMMONEST = """
passwordpassword password123456789 passwordpassword1 password12345678 mypasswordismypassword letmeinletmeinletmein
qwertyuiopasdfgh qwertyuiopasdfghjklzxcvbnm qwertyuiop123456 qwertyuiop12345 1q2w3e4r5t6y7u8i 1qaz2wsx3edc4rfv
1q2w3e4r5t6y7u8i9o0p qazwsxedcrfvtgb qazwsxedcrfvtgbyhn asdfghjklqwertyuiop zxcvbnmasdfghjkl
123456789012345 1234567890123456 12345678901234567890 0123456789012345 1234567890qwertyuiop 123456789abcdefg
abcdefghijklmno abcdefghijklmnop abcdefghijklmnopqrstuvwxyz abcdefgh12345678 abc123abc123abc123
iloveyouiloveyou iloveyouforever iloveyousomuch1 welcometothenhs nationalhealthservice welcomewelcome1
changemechangeme administrator123 administratoradministrator correcthorsebatterystaple thisismypassword
footballfootball liverpoolliverpool manchesterunited arsenalfootballclub chelseafootballclub superman12345678
"""
COMMONEST = frozenset(_COMMONEST.split())

STRONG = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
QUICK = PasswordHasher.from_parameters(CHEAPEST)
"""For tests only: what a hash costs is no part of what they test."""


def why_not(password: str, *, sign_in_name: str) -> str | None:
    """Say why a password is not taken; None when it is. Length counts, and what attackers try first; no rules besides."""
    if len(password) < SHORTEST:
        return f"Password must be {SHORTEST} characters or more. Three or four words together are easy to remember"
    if len(password) > LONGEST:
        return f"Password must be {LONGEST} characters or fewer"
    plain = re.sub(r"\s", "", password.casefold())
    if plain in COMMONEST or _repeats(plain):
        return "Choose a password that is harder to guess"
    if len(plain.replace(sign_in_name.casefold(), "")) < BESIDES_NAME:
        return "Choose a password that is not made of your name"
    return None


def _repeats(plain: str) -> bool:
    """One short piece again and again: `aaaaaaaaaaaaaaa`, `abc1abc1abc1abc1`."""
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, 9))


class Passwords:
    """Hashes and checks in threads, a few at a time: each takes 19 MiB and would hold up everybody else."""

    def __init__(self, hasher: PasswordHasher = STRONG, *, at_once: int = 2) -> None:
        self._hasher = hasher
        self._limiter = anyio.CapacityLimiter(at_once)
        self._nobodys = hasher.hash("the password of nobody")

    async def hashed(self, password: str) -> str:
        """The text to keep."""
        return await anyio.to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def matches(self, kept: str | None, *, password: str) -> bool:
        """Whether it is the right one. Without one on file the same work is done, and the answer is no."""
        right = await anyio.to_thread.run_sync(self._verify, kept or self._nobodys, password, limiter=self._limiter)
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was kept with less work than now, so that the next sign-in should keep it anew."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
