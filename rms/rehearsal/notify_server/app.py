"""The stand-in itself: which call goes where, which goes wrong on purpose, and its start and end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from rms.rehearsal.notify_server import notify_api, twilio_api
from rms.rehearsal.notify_server.book import Book, Taken
from rms.rehearsal.notify_server.receipts import Reporter, a_client
from rms.rehearsal.notify_server.script import PRESETS, Fault, ReceiptRule, Script, next_fault, rule_for
from rms.rehearsal.notify_server.wire import Act, Call, Reply, Reset, Silence, json_reply, serve_connection

REHEARSAL_KEY = "rehearsal-00000000-0000-4000-8000-000000000001-00000000-0000-4000-8000-000000000002"
REHEARSAL_SID = "AC" + "0" * 32
REHEARSAL_TOKEN = "rehearsal-token"  # noqa: S105  opens nothing but this stand-in
_REPORTS_AT_ONCE = 16


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How the stand-in runs. `port` 0 takes a free one; it listens on this machine only."""

    port: int = 0
    log: Path | None = None
    key: str = REHEARSAL_KEY
    twilio_sid: str = REHEARSAL_SID
    twilio_token: str = REHEARSAL_TOKEN
    callback_url: str | None = None
    callback_token: str = REHEARSAL_TOKEN
    receipts: ReceiptRule = PRESETS["deliver"]
    retry_seconds: float = 1.0


class StandIn:
    """Both providers on one port. `book` is what they took; `faults` and `rules` are what they were told to do."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.url = ""
        self.book = Book(options.log)
        self.faults: list[Fault] = []
        self.rules: list[ReceiptRule] = [options.receipts]
        self._key = notify_api.Key.parse(options.key)
        self._tasks: set[asyncio.Task[None]] = set()
        self._reporter = Reporter(
            callback_url=options.callback_url,
            callback_token=options.callback_token,
            retry_seconds=options.retry_seconds,
            twilio_sid=options.twilio_sid,
            twilio_token=options.twilio_token,
            client=a_client(),
            at_once=asyncio.Semaphore(_REPORTS_AT_ONCE),
        )

    async def answer(self, call: Call) -> Act:
        """What this call gets."""
        path = call.path
        if path.startswith("/_"):
            return self._control(call)
        if path.startswith("/v2/"):
            return notify_api.auth_fault(call, self._key) or await self._notify(call)
        if twilio_api.MESSAGES.fullmatch(path):
            options = self.options
            fault = twilio_api.auth_fault(call, sid=options.twilio_sid, token=options.twilio_token)
            return fault or await self._twilio(call)
        return json_reply(404, {"message": "Not found", "result": "error"})

    def finish(self, taken: Taken) -> None:
        """Let one message reach its end in its own time."""
        task = asyncio.ensure_future(self._finish(taken, rule_for(self.rules, to=taken.to)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, taken: Taken, rule: ReceiptRule) -> None:
        if await self._reporter.finish(taken, rule):
            self.book.note_reported(taken)

    async def stop(self) -> None:
        """Stop reporting and close the log."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._reporter.client.aclose()
        self.book.close()

    def _control(self, call: Call) -> Reply:
        if (call.method, call.path) == ("GET", "/_log"):
            return json_reply(200, {"accepted": self.book.taken})
        if (call.method, call.path) != ("POST", "/_faults"):
            return json_reply(404, {"error": "There are GET /_log and POST /_faults."})
        try:
            script = msgspec.json.decode(call.body, type=Script)
        except msgspec.DecodeError as error:
            return json_reply(400, {"error": str(error)})
        if script.faults is not None:
            self.faults = script.faults
        if script.receipts is not None:
            self.rules = script.receipts
        return json_reply(200, {"faults": self.faults, "receipts": self.rules})

    async def _notify(self, call: Call) -> Act:
        channel = {"/v2/notifications/sms": "sms", "/v2/notifications/email": "email"}.get(call.path)
        if call.method == "POST" and channel is not None:
            wanted = notify_api.read_send(call, channel=channel)
            if isinstance(wanted, Reply):
                return wanted

            def take() -> Reply:
                taken = self.book.take(
                    provider="notify",
                    channel="sms" if channel == "sms" else "email",
                    to=wanted.to,
                    body=wanted.body,
                    subject=wanted.subject,
                    reference=wanted.reference,
                    template_id=wanted.template_id,
                )
                self.finish(taken)
                return json_reply(201, notify_api.sent(taken, base_url=self.url))

            return await self._act(take, on="send", to=wanted.to, refusals=_NOTIFY_REFUSALS)
        if call.method != "GET":
            return json_reply(404, {"message": "Not found", "result": "error"})
        return await self._act(lambda: self._look_up(call), on="ask", to=None, refusals=_NOTIFY_REFUSALS)

    def _look_up(self, call: Call) -> Reply:
        ours = [taken for taken in reversed(self.book.taken) if taken.provider == "notify"]
        if call.path == "/v2/notifications":
            if (reference := call.query.get("reference")) is not None:
                ours = [taken for taken in ours if taken.reference == reference]
            return json_reply(200, notify_api.listed(ours, base_url=self.url, query=urlencode(call.query)))
        wanted = call.path.removeprefix("/v2/notifications/")
        if not notify_api.is_id(wanted):
            return notify_api.error(400, "ValidationError", "notification_id is not a valid UUID")
        found = next((taken for taken in ours if taken.id == wanted), None)
        if found is None:
            return notify_api.error(404, "NoResultFound", "No result found")
        return json_reply(200, notify_api.shown(found, base_url=self.url))

    async def _twilio(self, call: Call) -> Act:
        sid = self.options.twilio_sid
        if call.method == "GET":
            ours = [
                t for t in reversed(self.book.taken) if t.provider == "twilio" and call.query.get("To", t.to) == t.to
            ]
            answer = json_reply(200, twilio_api.listed(ours, sid=sid))
            return await self._act(lambda: answer, on="ask", to=None, refusals=_TWILIO_REFUSALS)
        form = twilio_api.read_send(call)
        if isinstance(form, Reply):
            return form

        def take() -> Reply:
            taken = self.book.take(
                provider="twilio",
                channel="sms",
                to=form["To"],
                body=form["Body"],
                subject=form.get("From") or form.get("MessagingServiceSid"),
                callback_url=form.get("StatusCallback"),
            )
            self.finish(taken)
            return json_reply(201, twilio_api.shown(taken, sid=sid))

        return await self._act(take, on="send", to=form["To"], refusals=_TWILIO_REFUSALS)

    async def _act(self, right: Callable[[], Reply], *, on: str, to: str | None, refusals: Mapping[str, Reply]) -> Act:
        """Do the right thing, or the wrong one that the script asks for."""
        fault = next_fault(self.faults, on=on, to=to)
        if fault is None:
            return right()
        if fault.do in refusals and fault.do != "error":
            return refusals[fault.do]
        if fault.do == "slow":
            await asyncio.sleep(fault.seconds)
            return right()
        reply = right() if fault.accept or fault.do == "drip" else refusals["error"]
        return _gone_wrong(fault, reply, refusals["error"])


def _gone_wrong(fault: Fault, reply: Reply, error: Reply) -> Act:
    if fault.do == "hang":
        return Silence(seconds=fault.seconds)
    if fault.do == "reset":
        return Reset()
    if fault.do == "not_json":
        return Reply(status=200, body=b"<html><h1>Welcome</h1></html>", content_type="text/html")
    if fault.do == "no_id":
        return json_reply(201, {"message": "thanks"})
    if fault.do == "drip":
        return Reply(status=reply.status, body=reply.body, drip_seconds=fault.seconds)
    return error


_NOTIFY_REFUSALS = {
    "error": notify_api.error(500, "Exception", "Internal server error"),
    "rate_limit": notify_api.error(
        429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"
    ),
    "daily_limit": notify_api.error(429, "TooManyRequestsError", "Exceeded send limits (250000) for today"),
    "forbidden": notify_api.error(403, "AuthError", "Invalid token: service is archived"),
}
_TWILIO_REFUSALS = {
    "error": twilio_api.error(500, 20500, "Internal Server Error"),
    "rate_limit": twilio_api.error(429, 20429, "Too Many Requests"),
    "daily_limit": twilio_api.error(429, 20429, "Too Many Requests"),
    "forbidden": twilio_api.error(403, 20006, "Access to this resource is denied"),
}


@asynccontextmanager
async def running(options: Options) -> AsyncIterator[StandIn]:
    """The stand-in, serving on this machine while the block lasts; what an earlier log has unreported is reported now."""
    stand_in = StandIn(options)
    server = await asyncio.start_server(
        lambda reader, writer: serve_connection(stand_in.answer, reader, writer), "127.0.0.1", options.port
    )
    stand_in.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for taken in stand_in.book.unreported:
        stand_in.finish(taken)
    try:
        yield stand_in
    finally:
        server.close()
        await stand_in.stop()
