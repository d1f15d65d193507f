"""HEAD is GET without the body: wherever a page answers GET, monitors and browsers may ask for its head alone.

The guard, the audit and the headers are those of GET, and so is the length that is told.
"""

from typing import Any

from litestar import Litestar


class HeadToo(Litestar):
    """An application whose every GET answers HEAD as well."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer; of a HEAD only the head."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await super().__call__(scope, receive, send)
            return

        async def send_head(message: Any) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope["method"] = "GET"
        await super().__call__(scope, receive, send_head)
