"""Messages that wait for a link, each with the moment at which it becomes worthless.

Pure: the time is passed in, in seconds of any one monotonic clock. At every moment

    produced = delivered + expired + overflowed + waiting

and at the end, after `close`, nothing waits any more.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from stridesense.contract.topics import Kind

CAPACITY: Final = 256
"""More than strides and cues come in while they are worth it; only a replay faster than life overflows."""


GIVE_WAY: Final = (
    Kind.SHAPE,
    Kind.LINK,
    Kind.HOP,
    Kind.SUMMARY,
    Kind.READING,
    Kind.STRIDE,
    Kind.EFFECT,
    Kind.CHANGE,
    Kind.DRILL,
    Kind.MARK,
    Kind.RESULT,
    Kind.CUE,
)
"""Who gives way when the outbox is full: the oldest of the first of these kinds."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, worthless once `deadline_s` is reached."""

    kind: Kind
    topic: str
    payload: bytes
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of the messages.

    Attributes:
        produced: all that were put in.
        delivered: those that the broker took over.
        expired: those that were not delivered in their time.
        overflowed: those that gave way to newer or more important ones.
        waiting: those still in the outbox, the one in flight included.
        unconfirmed: of the expired, those cut off in flight; the broker may have them all the same.
        refused: of the expired, those that the broker would not take.
    """

    produced: int
    delivered: int
    expired: int
    overflowed: int
    waiting: int
    unconfirmed: int
    refused: int


class Outbox:
    """A bounded queue in order of arrival with one message in flight.

    `take` puts a message in flight; exactly one of `deliver`, `put_back`, `cut_off` and `refuse` ends its
    flight. A message whose flight was cut off is never taken again: it might arrive twice, and late.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._queue: deque[Message] = deque()
        self._in_flight: Message | None = None
        self._produced = self._delivered = self._expired = self._overflowed = 0
        self._unconfirmed = self._refused = 0

    def put(self, message: Message, now_s: float) -> None:
        """Add a message at the end; when full, the oldest of the least important kind gives way."""
        self._produced += 1
        self._drop_expired(now_s)
        self._queue.append(message)
        if len(self._queue) > self._capacity:
            self._queue.remove(min(self._queue, key=lambda waiting: GIVE_WAY.index(waiting.kind)))
            self._overflowed += 1

    def take(self, now_s: float) -> Message | None:
        """Put the first message that is still worth it in flight; None when there is none."""
        if self._in_flight is not None:
            msg = "one message at a time: the flight of the last one has not ended"
            raise RuntimeError(msg)
        self._drop_expired(now_s)
        self._in_flight = self._queue.popleft() if self._queue else None
        return self._in_flight

    def deliver(self) -> None:
        """The broker took the message in flight over."""
        self._land()
        self._delivered += 1

    def put_back(self) -> None:
        """The message in flight certainly never left: it is the first again."""
        self._queue.appendleft(self._land())

    def cut_off(self) -> None:
        """Nobody can say whether the message in flight arrived."""
        self._land()
        self._expired += 1
        self._unconfirmed += 1

    def refuse(self) -> None:
        """The broker would not take the message in flight."""
        self._land()
        self._expired += 1
        self._refused += 1

    def close(self) -> None:
        """Nothing will be sent any more: whatever waits has expired."""
        self._expired += len(self._queue)
        self._queue.clear()

    def counters(self, now_s: float) -> Counters:
        """The account as of now."""
        self._drop_expired(now_s)
        return Counters(
            produced=self._produced,
            delivered=self._delivered,
            expired=self._expired,
            overflowed=self._overflowed,
            waiting=len(self._queue) + (self._in_flight is not None),
            unconfirmed=self._unconfirmed,
            refused=self._refused,
        )

    def _land(self) -> Message:
        message, self._in_flight = self._in_flight, None
        if message is None:
            msg = "no message is in flight"
            raise RuntimeError(msg)
        return message

    def _drop_expired(self, now_s: float) -> None:
        alive = deque(message for message in self._queue if message.deadline_s > now_s)
        self._expired += len(self._queue) - len(alive)
        self._queue = alive
