"""Limits on trying to sign in: by account and by where the try comes from. A try is counted before it is judged.

Names and addresses are kept as keyed hashes. An unknown name is counted like a known one, so the limit tells nothing.
Whoever has signed in with this browser before has an account limit of their own there: somebody else's thousand wrong
guesses cannot keep the true user out.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

import msgspec

from rms.db.engine import Tx

WINDOW = timedelta(minutes=15)
BY_ACCOUNT = 10
"""Wrong passwords or codes for one account in a window."""
BY_SOURCE = 100
"""Wrong tries from one address in a window: a hospital's staff may share one."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A try that was counted. `wait_until` is set when it is one too many: then it must not be judged at all."""

    account_key: bytes
    source_key: bytes
    wait_until: datetime | None


class Throttle:
    """Counts under keys made with `key`, so that the table of counts names nobody."""

    def __init__(self, *, key: bytes) -> None:
        self._key = key

    async def count(self, tx: Tx, *, what: str, account: str, source: str, known_browser: str | None) -> Counted:
        """Count one try of `what` ("password", "code"); the caller's transaction must commit whatever comes of it."""
        name = account.casefold()
        browser = known_browser if known_browser and self.knows(known_browser, account=name) else ""
        account_key = self._hash("account", what, name, browser)
        source_key = self._hash("source", what, source)
        waits = [
            await _over(tx, key=account_key, limit=BY_ACCOUNT),
            await _over(tx, key=source_key, limit=BY_SOURCE),
        ]
        return Counted(
            account_key=account_key, source_key=source_key, wait_until=max(filter(None, waits), default=None)
        )

    async def passed(self, tx: Tx, counted: Counted) -> None:
        """The try was right: it is forgotten."""
        await tx.execute("select door_sign_in_try_passed($1, $2)", counted.account_key, counted.source_key)

    def mark_for_browser(self, *, account: str) -> str:
        """The value of a cookie that says this account has signed in here before. It opens nothing."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._mark(nonce, account=account.casefold())}"

    def knows(self, mark: str, *, account: str) -> bool:
        """Whether a mark is ours and of this account."""
        nonce, _, given = mark.partition(".")
        return hmac.compare_digest(given.encode(), self._mark(nonce, account=account.casefold()).encode())

    def _mark(self, nonce: str, *, account: str) -> str:
        return self._hash("browser", nonce, account).hex()

    def _hash(self, *parts: str) -> bytes:
        return hmac.new(self._key, "\0".join(parts).encode(), hashlib.sha256).digest()


async def _over(tx: Tx, *, key: bytes, limit: int) -> datetime | None:
    row = await tx.fetchrow("select tries, until from door_sign_in_try_count($1, $2)", key, int(WINDOW.total_seconds()))
    assert row is not None
    return row["until"] if row["tries"] > limit else None
