"""Answers of the dashboard's web server: the page's files, and its WebSocket."""

import asyncio
import logging
from typing import Final

from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, web
from aiohttp.typedefs import Handler, Middleware

from stridesense.dashboard.guard import HEADERS, Guard
from stridesense.dashboard.hub import Hub
from stridesense.dashboard.mailbox import Mailbox
from stridesense.dashboard.page_commands import PageCommands
from stridesense.dashboard.page_files import page_files
from stridesense.dashboard.subscriber import Subscriber
from stridesense.sinks.tasks import end

log = logging.getLogger(__name__)

MAX_PAGES: Final = 200
MAX_FRAME_BYTES: Final = 16_384
"""Of what a page sends; four times what a command may have, so that a long one is refused and not cut off."""

STALLED_S: Final = 10.0
"""A page that has taken nothing for so long is cut off; our own choice."""

FAREWELL_S: Final = 1.0
BUFFER_BYTES: Final = 65_536
"""Bytes on their way to a page after which its frames wait."""

FULL: Final = b"this dashboard has as many viewers as it can take: close another page"
OVER: Final = b"the dashboard has ended"


class Site:
    """One page, its files, and its WebSocket at `/ws`."""

    def __init__(self, hub: Hub, subscriber: Subscriber, guard: Guard) -> None:
        self._hub = hub
        self._subscriber = subscriber
        self._guard = guard
        self._files = page_files()
        self._sockets: set[web.WebSocketResponse] = set()

    def app(self) -> web.Application:
        """The application that answers."""
        app = web.Application(middlewares=[self._guarded()])
        app.router.add_get("/ws", self._relay)
        app.router.add_get("/{path:.*}", self._file)
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._say_goodbye)
        return app

    def _guarded(self) -> Middleware:
        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._guard.knows(request.host):
                msg = "this dashboard is not served under that name: see --allow-host\n"
                raise web.HTTPForbidden(text=msg)
            return await handler(request)

        return guarded

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self._files.get(request.path)
        if file is None:
            raise web.HTTPNotFound(text="there is no such page\n")
        response = web.Response(headers={"Cache-Control": "no-cache"})
        response.etag = file.etag
        if any(known.value in {file.etag, "*"} for known in request.if_none_match or ()):
            response.set_status(web.HTTPNotModified.status_code)
            return response
        response.body, response.content_type = file.content, file.media_type
        response.charset = "utf-8" if file.is_text else None
        return response

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        if not self._guard.is_ours(request.headers.get("Origin"), request.host):
            raise web.HTTPForbidden(text="only our own page may look on\n")
        socket = web.WebSocketResponse(
            heartbeat=2 * STALLED_S,
            timeout=FAREWELL_S,
            max_msg_size=MAX_FRAME_BYTES,
            compress=False,
            writer_limit=BUFFER_BYTES,
        )
        await socket.prepare(request)
        if self._hub.pages >= MAX_PAGES:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=FULL)
            return socket
        self._sockets.add(socket)
        try:
            await self._serve(socket, request.transport)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _serve(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        with self._hub.page() as (greeting, mailbox):
            sending = asyncio.create_task(_send(socket, greeting, mailbox, transport), name="page")
            commands = PageCommands(self._hub, self._subscriber)
            try:
                async for message in socket:
                    if message.type is WSMsgType.TEXT and (refusal := await commands.answer(message.data)):
                        mailbox.put(refusal)
            finally:
                await end(sending)

    async def _say_goodbye(self, _: web.Application) -> None:
        closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=OVER) for socket in self._sockets]
        await asyncio.gather(*closing, return_exceptions=True)


async def _send(
    socket: web.WebSocketResponse, greeting: bytes, mailbox: Mailbox, transport: asyncio.Transport | None
) -> None:
    """Send what there is until the page is gone; one that takes nothing is cut off."""
    frame = greeting
    try:
        while True:
            async with asyncio.timeout(STALLED_S):
                await socket.send_frame(frame, WSMsgType.TEXT)
            frame = await mailbox.take()
    except TimeoutError:
        log.info("a page that takes nothing was cut off")
        if transport is not None:
            transport.abort()
    except ClientConnectionResetError:
        return


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
