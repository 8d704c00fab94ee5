"""Carries messages to an MQTT broker and back, through whatever befalls the link.

A task of its own owns the link, so that nobody else waits for a broker. Events wait in a bounded outbox and
leave one at a time, in order. When one is cut off in flight, nobody can say whether the broker has it; it
counts as expired (`unconfirmed`) and is never sent again: a cue may be missed, not said twice or late.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from stridesense.contract import topics
from stridesense.contract.topics import DELIVERY, OFFLINE, ONLINE, Delivery, Kind
from stridesense.errors import LinkError
from stridesense.model import Foot
from stridesense.sinks.mqtt_faults import NeverSentError
from stridesense.sinks.mqtt_link import Dialer, Heard, Link, keep_linked
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.outbox import Counters, Message, Outbox
from stridesense.sinks.tasks import end

log = logging.getLogger(__name__)

FAREWELL_S: Final = 2.0
"""What leaving may take: sending what still waits, then saying goodbye."""

FLIGHT_S: Final = 0.1
"""What has less time left is not sent any more: it would hardly arrive, and a timeout costs the link."""

Handler = Callable[[Heard], None]
"""Takes a message at once, without waiting for anything, and raises nothing."""


@dataclass(frozen=True, slots=True)
class State:
    """What is retained on a topic; `kind` is None for a topic of somebody else's convention."""

    payload: bytes
    delivery: Delivery
    kind: Kind | None


class Courier:
    """The one link of this program to a broker, from entering the context until leaving it.

    Leaving sends what is still worth it, for at most 2 s, then `offline`. If the link is lost, the broker
    says `offline` in our place. After each connect every state is sent again, as a broker may have forgotten
    it, and every topic is subscribed to again.

    Args:
        settings: the broker and the name of the device.
    """

    def __init__(self, settings: MqttSettings) -> None:
        self.settings = settings
        self._dialer = Dialer(settings)
        self._outbox = Outbox()
        self._states: dict[str, State] = {}
        self._unsent: set[str] = set()
        self._handlers: dict[str, Handler] = {}
        self._unheard: set[str] = set()
        self._refused: set[str] = set()
        self._wake = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._first_try_over = asyncio.Event()
        self._is_up = False
        self._fault: LinkError | None = None
        self._leaving = False
        self._status_topic = self.topic(Kind.STATUS)
        self._say_status(ONLINE)
        self.subscribe(self._status_topic, self._correct_status)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="mqtt")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave(time.monotonic() + FAREWELL_S)

    @property
    def counters(self) -> Counters:
        """What became of the events so far; states are not counted."""
        return self._outbox.counters(time.monotonic())

    def topic(self, kind: Kind, foot: Foot | None = None) -> str:
        """The topic of one kind of message of this device."""
        return topics.topic(self.settings.device, kind, foot)

    def set_state(self, topic: str, payload: bytes, delivery: Delivery, kind: Kind | None = None) -> None:
        """Say what holds on `topic` from now on; said again also when it is what held before."""
        self._states[topic] = State(payload, delivery, kind)
        self._unsent.add(topic)
        self._stir()

    def subscribe(self, topic: str, handler: Handler) -> None:
        """Let `handler` take whatever comes on `topic`, which has no wildcards."""
        self._handlers[topic] = handler
        self._unheard.add(topic)
        self._stir()

    def publish(self, kind: Kind, topic: str, payload: bytes, ttl_s: float | None = None) -> None:
        """Put an event in the outbox; after `ttl_s`, or the time of its kind, nobody wants it any more."""
        now_s = time.monotonic()
        deadline_s = now_s + (DELIVERY[kind].expiry_s if ttl_s is None else ttl_s)
        self._outbox.put(Message(kind, topic, payload, deadline_s), now_s)
        self._stir()

    async def connected(self, timeout_s: float) -> None:
        """Return once the link is up.

        Raises:
            LinkError: the broker refused, or could not be reached in time. The courier goes on trying.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._first_try_over.wait()
        if not self._is_up:
            raise self._fault or LinkError(f"{self.settings.broker} does not answer: is it running?")

    async def sent(self, deadline_s: float) -> None:
        """Return once all is sent, at the deadline, or at once when there is no link."""
        if self._is_up:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline_s - time.monotonic()):
                    await self._all_sent.wait()

    async def leave(self, deadline_s: float) -> None:
        """Send the rest and say goodbye until the deadline, then give up; at once when there is no link."""
        self._leaving = True
        self._wake.set()
        left_s = deadline_s - time.monotonic() if self._is_up else 0.0
        try:
            await asyncio.wait({self._task}, timeout=max(left_s, 0.0))
        finally:
            await end(self._task)
            self._outbox.close()

    def _stir(self) -> None:
        self._all_sent.clear()
        self._wake.set()

    def _say_status(self, status: bytes) -> None:
        self.set_state(self._status_topic, status, DELIVERY[Kind.STATUS], Kind.STATUS)

    def _correct_status(self, said: Heard) -> None:
        """The will of an older connection may come after our own word."""
        status = self._states[self._status_topic].payload
        if said.payload != status:
            self._say_status(status)

    async def _run(self) -> None:
        await keep_linked(self._dialer, self._serve, self._note_down, self._status_topic)

    async def _serve(self, link: Link) -> None:
        self._note_up()
        try:
            async with asyncio.TaskGroup() as tasks:
                watch = tasks.create_task(self._watch(link), name="mqtt watch")
                await self._send_all(link)
                watch.cancel()
        except ExceptionGroup as faults:
            if not self._leaving:  # to whom is gone already the broker says goodbye
                raise faults.exceptions[0] from None

    async def _watch(self, link: Link) -> None:
        """Hand over what comes, and notice a broken link."""
        async for said in link.heard():
            if (handler := self._handlers.get(said.topic)) is not None:
                handler(said)

    async def _send_all(self, link: Link) -> None:
        """Subscriptions and states first, then events in order; when leaving, the rest and a goodbye."""
        while True:
            self._wake.clear()
            if topic := next((topic for topic in self._handlers if topic in self._unheard), None):
                self._unheard.discard(topic)
                await link.hear(topic)
            elif topic := next((topic for topic in self._states if topic in self._unsent), None):
                await self._send_state(link, topic)
            elif message := self._outbox.take(time.monotonic() + FLIGHT_S):
                await self._send_event(link, message)
            elif not self._leaving:
                self._all_sent.set()
                await self._wake.wait()
            else:
                self._say_status(OFFLINE)
                return await self._send_state(link, self._status_topic)

    async def _send_state(self, link: Link, topic: str) -> None:
        self._unsent.discard(topic)
        state = self._states[topic]
        refusal = await link.send(topic, state.payload, state.delivery, state.delivery.expiry_s, state.kind)
        self._note_refusal(topic, refusal)

    async def _send_event(self, link: Link, message: Message) -> None:
        try:
            remaining_s = message.deadline_s - time.monotonic()
            refusal = await link.send(
                message.topic, message.payload, DELIVERY[message.kind], remaining_s, message.kind
            )
        except NeverSentError:
            self._outbox.put_back()
            raise
        except BaseException:
            self._outbox.cut_off()
            raise
        if refusal is None:
            self._outbox.deliver()
        else:
            self._outbox.refuse()
            self._note_refusal(message.topic, refusal)

    def _note_refusal(self, topic: str, refusal: str | None) -> None:
        if refusal is not None and topic not in self._refused:
            self._refused.add(topic)
            log.warning("the MQTT broker refuses messages on %s (%s): check its access rules", topic, refusal)

    def _note_up(self) -> None:
        log.info("connected to %s", self.settings.broker)
        self._fault = None
        self._is_up = True
        self._unsent, self._unheard = set(self._states), set(self._handlers)
        self._all_sent.clear()
        self._first_try_over.set()

    def _note_down(self, fault: LinkError) -> None:
        """Say once that there is no link."""
        if self._fault is None:
            self._fault = fault
            log.warning("%s; trying again", fault)
        self._is_up = False
        self._first_try_over.set()
