"""Looks at systems outside, and at our own listener: each is asked something that changes nothing and sends nobody anything."""

import asyncio
import contextlib
import uuid

import httpx
import msgspec

from rms.messages.gateway import CannotSay
from rms.messages.notify import NotifyGateway
from rms.settings import NotifySettings, TwilioSettings
from rms.sync.finding import Finding, fine, wrong

_SECONDS = 5.0
_STAYS_OPEN_SECONDS = 0.5


async def look_at_listener(host: str, port: int) -> Finding:
    """Connect to the MLLP listener as a laboratory does and send white space, which belongs to no message and is not kept."""
    where = "127.0.0.1" if host in ("0.0.0.0", "") else "::1" if host == "::" else host  # noqa: S104  it is compared
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(where, port)
            writer.write(b"\r")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                if await asyncio.wait_for(reader.read(1), _STAYS_OPEN_SECONDS) == b"":
                    return wrong(
                        "MLLP listener", f"{host}:{port} takes a connection and closes it at once: look at its log."
                    )
        return fine("MLLP listener", f"{host}:{port} takes connections and keeps them open.")
    except (OSError, TimeoutError) as error:
        said = f"nobody answers at {host}:{port} ({type(error).__name__})"
        return wrong("MLLP listener", f"{said}: start `rms listen`, or look at RMS_MLLP_HOST and RMS_MLLP_PORT.")
    finally:
        if writer is not None:
            writer.close()


async def look_at_notify(given: NotifySettings) -> Finding:
    """Ask for a message that does not exist: whoever says so understood address and key."""
    missing = [name for name, value in (("SMS", given.template_sms), ("EMAIL", given.template_email)) if value is None]
    if len(missing) == 2:
        return wrong("GOV.UK Notify", "neither RMS_NOTIFY_TEMPLATE_SMS nor RMS_NOTIFY_TEMPLATE_EMAIL is set.")
    gateway = NotifyGateway(
        base_url=given.url, api_key=given.key.reveal(), template_sms=given.template_sms,
        template_email=given.template_email, connect_seconds=_SECONDS, read_seconds=_SECONDS, at_most=1,
    )  # fmt: skip
    try:
        answer = await gateway.ask(str(uuid.uuid4()))
    finally:
        await gateway.aclose()
    if isinstance(answer, CannotSay):
        return wrong("GOV.UK Notify", f"{given.url}: {answer.reason} Look at RMS_NOTIFY_URL and RMS_NOTIFY_KEY.")
    without = f" RMS_NOTIFY_TEMPLATE_{missing[0]} is not set, so that way is closed." if missing else ""
    asked = "" if given.callback_token else " There is no callback token: receipts are asked for."
    return fine("GOV.UK Notify", f"{given.url} takes our key.{without}{asked}")


async def look_at_twilio(given: TwilioSettings) -> Finding:
    """Ask for our own account."""
    status, _, fault = await _get(
        f"{given.url}/2010-04-01/Accounts/{given.sid}.json", signed=(given.sid, given.token.reveal())
    )
    if fault or status != 200:
        return wrong("Twilio", f"{given.url} {fault or f'answered {status}'}: look at RMS_TWILIO_SID and _TOKEN.")
    return fine("Twilio", f"{given.url} takes our token.")


async def look_at_register(url: str) -> Finding:
    """Ask for its statement of what it can do, which every FHIR server gives."""
    status, body, fault = await _get(f"{url}/metadata")
    if fault or status != 200:
        return wrong("register", f"{url}/metadata {fault or f'answered {status}'}: look at RMS_REGISTER_FHIR_URL.")
    try:
        statement = msgspec.json.decode(body)
        kind, version = statement["resourceType"], statement["fhirVersion"]
    except (msgspec.DecodeError, RecursionError, TypeError, KeyError):
        kind, version = None, None
    if kind != "CapabilityStatement" or not str(version).startswith("4."):
        return wrong("register", f"{url}/metadata is not the statement of a FHIR R4 server.")
    return fine("register", f"{url} speaks FHIR {version}.")


async def _get(url: str, *, signed: tuple[str, str] | None = None) -> tuple[int, bytes, str]:
    """Status, body and what went wrong ("" for nothing). No redirect is followed: a key goes nowhere else."""
    try:
        async with (
            asyncio.timeout(2 * _SECONDS),
            httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
        ):
            answer = await client.get(url, auth=signed)
            return answer.status_code, answer.content, ""
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return 0, b"", f"cannot be reached ({type(error).__name__})"
