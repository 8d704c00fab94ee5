"""Keeps what a Bluetooth library does unforeseen from ending a foot, and silences a connection that is over.

Libraries raise more than they promise. On Windows even a cancellation that nobody asked for comes out of
them, which would end a task without a word.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from stridesense.errors import StrideSenseError
from stridesense.sources.radio import Advertisement, Connection, Heard, Radio, UnforeseenError


@contextmanager
def guarded(whom: str) -> Iterator[None]:
    """Turn whatever a talk with `whom` should not raise into an UnforeseenError."""
    try:
        yield
    except StrideSenseError:
        raise
    except asyncio.CancelledError as fault:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise UnforeseenError(whom, fault) from fault
    except Exception as fault:
        raise UnforeseenError(whom, fault) from fault


class GuardedRadio(Radio):
    """A radio that raises nothing but what `Radio` says, and whose connections do likewise."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Heard]:
        """Listen as the radio does."""
        with guarded("the Bluetooth adapter"):
            async with self._radio.listen() as heard:
                yield heard

    async def release(self, address: str) -> None:
        """Release as the radio does."""
        with guarded(address):
            await self._radio.release(address)

    async def connect(self, advertisement: Advertisement, on_lost: Callable[[], None]) -> Connection:
        """Connect as the radio does."""
        with guarded(advertisement.address):
            return GuardedConnection(await self._radio.connect(advertisement, on_lost))


class GuardedConnection(Connection):
    """A connection that raises nothing but what `Connection` says, and tells nothing after it is closed."""

    def __init__(self, connection: Connection) -> None:
        self.address = connection.address
        self._connection = connection
        self._is_closed = False

    @property
    def payload_bytes(self) -> int:
        """The most that one notification carries."""
        with guarded(self.address):
            return self._connection.payload_bytes

    def find(self, uuids: Sequence[str]) -> str | None:
        """The first of these characteristics that the pod has."""
        with guarded(self.address):
            return self._connection.find(uuids)

    async def read(self, uuid: str) -> bytes:
        """Read as the connection does."""
        with guarded(self.address):
            return await self._connection.read(uuid)

    async def write(self, uuid: str, payload: bytes, *, response: bool) -> None:
        """Write as the connection does."""
        with guarded(self.address):
            await self._connection.write(uuid, payload, response=response)

    async def subscribe(self, uuid: str, on_value: Callable[[bytes], None]) -> None:
        """Subscribe as the connection does, until it is closed."""

        def take(value: bytes) -> None:
            if not self._is_closed:
                on_value(value)

        with guarded(self.address):
            await self._connection.subscribe(uuid, take)

    async def forget(self) -> None:
        """Forget as the connection does."""
        with guarded(self.address):
            await self._connection.forget()

    async def close(self) -> None:
        """Close as the connection does; late values of it must not come between those of the next one."""
        self._is_closed = True
        with guarded(self.address):
            await self._connection.close()
