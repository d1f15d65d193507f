"""The way to the register: one transaction bundle of FHIR R4 posted, one honest answer. Knows no tables.

A 2xx of the whole says nothing about its parts: a server may carry out half of a transaction. So an event counts as
delivered only when every entry says so. Each entry is created only if the register has none with our identifier, which
makes asking again harmless whatever became of the last attempt.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import httpx
import msgspec

from rms.sync.fhir import entry_answers

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
#: For the whole exchange: a register that sends a byte now and then never trips a read time-out.
DEADLINE_SECONDS = 40.0
LONGEST_ANSWER = 4_000_000
_JSON = msgspec.json.Encoder(decimal_format="number")


class Delivered(msgspec.Struct, frozen=True):
    """The register has every entry."""


class NotDelivered(msgspec.Struct, frozen=True, kw_only=True):
    """Not known to be there in full; try again. `reason` is our own sentence, `answered` that somebody was there."""

    reason: str
    answered: bool


Outcome = Delivered | NotDelivered


class RegisterGateway(Protocol):
    """A register. Never raises for what the other side or the network does: each failure is an outcome."""

    async def deliver(self, *, ref: UUID, transaction: Mapping[str, Any]) -> Outcome:
        """Hand over one event's transaction bundle; `ref` is the same in every attempt."""
        ...

    async def aclose(self) -> None:
        """Give back connections."""
        ...


class FhirRegister:
    """A register that speaks FHIR R4 at `base_url`.

    Redirects are not followed and the environment's proxies are not used: what is known of a person goes to the
    configured address and nowhere else.
    """

    def __init__(
        self,
        *,
        base_url: str,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._url = base_url
        self._deadline = deadline_seconds
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(read_seconds, connect=connect_seconds),
            follow_redirects=False,
            trust_env=False,
            verify=ssl.create_default_context(),
        )

    async def deliver(self, *, ref: UUID, transaction: Mapping[str, Any]) -> Outcome:
        """Post the bundle and read the answer entry by entry."""
        try:
            async with asyncio.timeout(self._deadline):
                status, answer = await self._post(ref, _JSON.encode(transaction))
        except (httpx.TimeoutException, TimeoutError):
            return NotDelivered(reason="The register gave no whole answer in time.", answered=False)
        except httpx.HTTPError as error:
            reason = f"The register could not be reached or hung up ({type(error).__name__})."
            return NotDelivered(reason=reason, answered=False)
        return judge(transaction, status=status, answer=answer)

    async def aclose(self) -> None:
        """Give back connections."""
        await self._client.aclose()

    async def _post(self, ref: UUID, body: bytes) -> tuple[int, bytes]:
        headers = {
            "Content-Type": "application/fhir+json",
            "Accept": "application/fhir+json",
            "Accept-Encoding": "identity",
            "Idempotency-Key": str(ref),
        }
        async with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            answer = bytearray()
            async for part in response.aiter_bytes():
                answer += part
                if len(answer) > LONGEST_ANSWER:
                    break  # no answer to one event is that long; half of it is not JSON and will not pass
            return response.status_code, bytes(answer)


def judge(transaction: Mapping[str, Any], *, status: int, answer: bytes) -> Outcome:
    """Say whether an answer means that every entry of the transaction is in the register.

    Reasons are made of numbers and our own words: an answer may repeat what it was told about a person.
    """
    if not 200 <= status <= 299:
        return NotDelivered(reason=f"The register answered {status}.", answered=True)
    try:
        bundle = msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError):
        return NotDelivered(reason=f"The register answered {status} with something that is no JSON.", answered=True)
    sent = len(transaction["entry"])
    answers = entry_answers(bundle, expected=sent)
    done = sum(entry.ok for entry in answers)
    if len(answers) == done == sent:
        return Delivered()
    return NotDelivered(reason=f"The register answered {status} and did {done} of {sent} entries.", answered=True)
