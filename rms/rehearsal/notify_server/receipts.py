"""Reports about delivery: each message reaches its end by its rule and is reported, late, thrice or never."""

import asyncio
import contextlib

import httpx
import msgspec

from rms.rehearsal.notify_server import notify_api, twilio_api
from rms.rehearsal.notify_server.book import Taken, now_text
from rms.rehearsal.notify_server.script import ReceiptRule

ATTEMPTS = 6
"""Notify tries once and then again up to five times; its pause is five minutes, ours is a setting."""


class Reporter(msgspec.Struct, frozen=True, kw_only=True):
    """Where receipts go and how they prove where they come from. `client` is one for all: each costs 30 ms to make."""

    callback_url: str | None
    callback_token: str
    retry_seconds: float
    twilio_sid: str
    twilio_token: str
    client: httpx.AsyncClient
    at_once: asyncio.Semaphore

    async def finish(self, taken: Taken, rule: ReceiptRule) -> bool:
        """Bring one message to its end and report it as often as the rule says; whether a report was taken."""
        if rule.do == "none":
            return False
        await asyncio.sleep(rule.after_seconds)
        taken.status = "delivered" if rule.do in ("deliver", "lost") else rule.do
        taken.finished_at = now_text()
        if rule.do == "lost":
            return False
        return all([await self._report(taken) for _ in range(rule.copies)])

    async def _report(self, taken: Taken) -> bool:
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(self.retry_seconds)
            with contextlib.suppress(httpx.HTTPError):
                async with self.at_once:
                    if (await self._post(self.client, taken)).is_success:
                        return True
        return False

    async def _post(self, client: httpx.AsyncClient, taken: Taken) -> httpx.Response:
        if taken.provider == "twilio":
            return await self._post_twilio(client, taken)
        if self.callback_url is None:
            return httpx.Response(204)
        headers = {"Authorization": f"Bearer {self.callback_token}"}
        return await client.post(self.callback_url, json=notify_api.receipt(taken), headers=headers)

    async def _post_twilio(self, client: httpx.AsyncClient, taken: Taken) -> httpx.Response:
        if taken.callback_url is None:
            return httpx.Response(204)
        form = twilio_api.receipt(taken, sid=self.twilio_sid)
        proof = twilio_api.signature(taken.callback_url, form, token=self.twilio_token)
        return await client.post(taken.callback_url, data=form, headers={"X-Twilio-Signature": proof})


def a_client() -> httpx.AsyncClient:
    """What reports are posted with."""
    return httpx.AsyncClient(timeout=5.0, trust_env=False)
