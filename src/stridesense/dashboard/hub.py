"""The hub: takes what the broker says, remembers it, and passes it on to every page."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from stridesense.contract.topics import Kind
from stridesense.dashboard.mailbox import Mailbox
from stridesense.dashboard.runner import Runner
from stridesense.dashboard.said import Said, to_json, understand
from stridesense.errors import InputError
from stridesense.sinks.mqtt_link import Heard

MAX_RUNNERS: Final = 64
BATCH_S: Final = 0.05
"""How long a message may wait for others, so that a page is drawn at most twenty times a second."""

MAX_BATCH: Final = 256
AT_ONCE: Final = frozenset({Kind.CUE, Kind.RESULT, Kind.SESSION})
"""What somebody waits for, and what may be the last word."""

Later = Callable[[float, Callable[[], None]], object]


class Hub:
    """Between one broker and many pages; everything that it keeps is bounded.

    Args:
        address: the broker, for people, without user and password.
        clock: unix seconds.
        later: calls a function after so many seconds, as the `call_later` of an event loop.
    """

    def __init__(
        self, address: str, clock: Callable[[], float] = time.time, later: Later | None = None
    ) -> None:
        self._clock = clock
        self._later = later or asyncio.get_running_loop().call_later
        self._runners: dict[str, Runner] = {}
        self._mailboxes: set[Mailbox] = set()
        self._batch: list[str] = []
        self._gone: list[str] = []
        self._broker = {"up": False, "address": address, "since": clock(), "why": None}
        self.counts: Counter[str] = Counter()

    @property
    def pages(self) -> int:
        """How many pages look on."""
        return len(self._mailboxes)

    def knows(self, device: str) -> bool:
        """Whether this device has been heard of."""
        return device in self._runners

    def hear(self, heard: Heard) -> None:
        """Take a message of the broker; what is none of ours is passed over, and counted."""
        try:
            said = understand(heard, self._clock())
            text = said.json
        except (InputError, ValueError):
            self.counts["not_understood"] += 1
            return
        self._remember(said)
        self._pass_on(said.kind, text)

    def broker_is(self, *, up: bool, why: str | None = None) -> None:
        """Tell all pages whether there is a link to the broker; `why` not, in a sentence."""
        if (up, why) != (self._broker["up"], self._broker["why"]):
            self._broker |= {"up": up, "since": self._clock(), "why": why}
            self._spread({"type": "broker", **self._broker})

    def beat(self) -> None:
        """Let all pages know that we are there."""
        self._spread({"type": "beat", "now": self._clock()})

    @contextmanager
    def page(self) -> Iterator[tuple[bytes, Mailbox]]:
        """A page that looks on: what it is greeted with, and what comes after that."""
        self._send_batch()
        mailbox = Mailbox()
        self._mailboxes.add(mailbox)
        try:
            yield self._greeting(), mailbox
        finally:
            self._mailboxes.discard(mailbox)
            self.counts["dropped"] += mailbox.dropped

    def _remember(self, said: Said) -> None:
        """The runners stand in the order in which they were last heard."""
        runner = self._runners.pop(said.device, None) or Runner(said.device)
        self._runners[said.device] = runner
        runner.take(said)
        if len(self._runners) > MAX_RUNNERS:
            forgotten = next(
                (name for name, one in self._runners.items() if not one.is_live), next(iter(self._runners))
            )
            del self._runners[forgotten]
            self._gone.append(forgotten)

    def _pass_on(self, kind: Kind, text: str) -> None:
        if not self._batch:
            self._later(BATCH_S, self._send_batch)
        self._batch.append(text)
        if kind in AT_ONCE or len(self._batch) >= MAX_BATCH:
            self._send_batch()

    def _send_batch(self) -> None:
        if self._batch:
            items, self._batch = ",".join(self._batch), []
            self._put(f'{{"type":"messages","items":[{items}]}}')
        if self._gone:
            devices, self._gone = self._gone, []
            self._put(to_json({"type": "gone", "devices": devices}))

    def _spread(self, message: object) -> None:
        """Say something after all that was said before it."""
        self._send_batch()
        self._put(to_json(message))

    def _put(self, text: str) -> None:
        frame = text.encode()
        for mailbox in self._mailboxes:
            mailbox.put(frame)

    def _greeting(self) -> bytes:
        head = to_json({"type": "hello", "now": self._clock(), "broker": self._broker})
        runners = ",".join(runner.to_json() for runner in self._runners.values())
        return f'{head[:-1]},"runners":[{runners}]}}'.encode()
