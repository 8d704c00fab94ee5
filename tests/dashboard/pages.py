"""What stands on both sides of a dashboard: a page, as a browser has it, and who publishes."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import aiohttp
import aiomqtt

from brokers import PASSWORD, USERNAME, Broker, stride
from stridesense.contract.topics import DELIVERY, Kind

Message = dict[str, Any]


def said(record: Mapping[str, object], t: float = 1000.0, **fields: object) -> Message:
    """A record in its envelope."""
    return {"v": 1, "sid": "s", "seq": 0, "t": t, **record, **fields}


def stride_at(unix_s: float, **fields: object) -> Message:
    return said(stride(0).to_record(), unix_s, **fields)


class Publisher:
    """Publishes on any topic under `stridesense/1/`, and hears the commands."""

    def __init__(self, broker: Broker) -> None:
        self._client = aiomqtt.Client(
            "127.0.0.1",
            broker.port,
            username=USERNAME,
            password=PASSWORD,
            protocol=broker.version,
            timeout=5.0,
        )
        self.commands: asyncio.Queue[tuple[str, Message]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        await self._client.subscribe("stridesense/1/+/cmd", qos=1)
        self._task = asyncio.create_task(self._hear())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._client.__aexit__(None, None, None)

    async def say(self, level: str, record: Message | bytes, device: str = "pod") -> None:
        payload = record if isinstance(record, bytes) else json.dumps(record).encode()
        kind = level.rpartition("/")[2] if level != Kind.RESULT else level
        delivery = DELIVERY[Kind(kind)] if kind in set(Kind) else DELIVERY[Kind.STRIDE]
        await self._client.publish(
            f"stridesense/1/{device}/{level}", payload, qos=delivery.qos, retain=delivery.retain
        )

    async def _hear(self) -> None:
        async for message in self._client.messages:
            self.commands.put_nowait((str(message.topic), json.loads(message.payload)))


class Page:
    """A page that keeps all that it is told."""

    def __init__(self, address: str, **headers: str) -> None:
        self._address = address
        self._headers = {"Origin": address.rstrip("/"), **headers}
        self.told: list[Message] = []
        self.closed_with: int | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            self.socket = await self._session.ws_connect(
                f"{self._address}ws", headers=self._headers, max_msg_size=0
            )
        except BaseException:
            await self._session.close()
            raise
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._session.close()

    @property
    def hello(self) -> Message:
        return self.of("hello")[0]

    @property
    def items(self) -> list[Message]:
        return [item for message in self.of("messages") for item in message["items"]]

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.told if message["type"] == kind]

    async def command(self, device: str = "pod", **command: object) -> None:
        request = {"type": "command", "device": device, "command": command}
        await self.socket.send_str(json.dumps(request))

    async def until(self, condition: Callable[[], object], timeout_s: float = 5.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_up(self) -> None:
        """Until the dashboard has its link to the broker."""
        await self.until(lambda: self.told and (self.hello["broker"]["up"] or self.of("broker")))

    async def _read(self) -> None:
        async for message in self.socket:
            self.told.append(json.loads(message.data))
            self._news.set()
        self.closed_with = self.socket.close_code
        self._news.set()
