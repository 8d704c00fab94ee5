"""Strides, cues and states to an MQTT broker.

A task of its own owns the link, so the river never waits for a broker. Messages wait in a bounded outbox and
leave one at a time, in order. When one is cut off in flight, nobody can say whether the broker has it; it
counts as expired (`unconfirmed`) and is never sent again: a cue may be missed, not said twice or late.
"""

import asyncio
import logging
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from stridesense import __version__
from stridesense.contract import topics
from stridesense.contract.topics import DELIVERY, OFFLINE, ONLINE, Kind
from stridesense.errors import LinkError
from stridesense.model import Cue, Foot, PodReading, PodReport, Stride
from stridesense.sinks.backoff import CAP_S, delays_s
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.mqtt_link import Dialer, Link, NeverSentError
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.outbox import Counters, Message, Outbox
from stridesense.sinks.summary import Summary

log = logging.getLogger(__name__)

FAREWELL_S: Final = 2.0
"""What leaving may take: sending what still waits, then saying goodbye."""

FLIGHT_S: Final = 0.1
"""What has less time left is not sent any more: it would hardly arrive, and a timeout costs the link."""

STATES: Final = (Kind.STATUS, Kind.INFO, Kind.BATTERY, Kind.SESSION)
"""What is retained; published in this order after each connect, as a broker may have forgotten it."""


class MqttSink(Sink):
    """Publishes one session under `stridesense/1/{device}/...`.

    Leaving the context sends what is still worth it, for at most 2 s, then `offline`. If the link is lost,
    the broker says `offline` in our place.

    Args:
        settings: the broker and the name of the device.
        session_id: `sid` of every payload.
        anchor_unix_s: unix time of the session's t = 0. None for a live one, whose t = 0 is the first sample
            and thus not known yet; until it is, all is told of the present moment.
    """

    def __init__(self, settings: MqttSettings, session_id: str, anchor_unix_s: float | None) -> None:
        self._settings = settings
        self._anchor_unix_s = anchor_unix_s
        self._dialer = Dialer(settings)
        self._envelope = topics.Envelope(session_id)
        self._summary = Summary()
        self._outbox = Outbox()
        self._records: dict[Kind, dict[str, object]] = {}
        self._states: dict[Kind, bytes] = {Kind.STATUS: ONLINE}
        self._unsent: set[Kind] = set()
        self._refused: set[str] = set()
        self._wake = asyncio.Event()
        self._first_try_over = asyncio.Event()
        self._up_since_s: float | None = None
        self._fault: LinkError | None = None
        self._leaving = False

    async def __aenter__(self) -> Self:
        self.announce(Kind.INFO, {"software": "stridesense", "software_version": __version__})
        self.announce(Kind.SESSION, {"state": "running", "started": self._unix_s(0.0)})
        self._task = asyncio.create_task(self._run(), name="mqtt")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving = True
        self._wake.set()
        try:
            await asyncio.wait({self._task}, timeout=FAREWELL_S if self._up_since_s is not None else 0.0)
        finally:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._outbox.close()

    @property
    def counters(self) -> Counters:
        """What became of the strides, summaries and cues so far; states are not counted."""
        return self._outbox.counters(time.monotonic())

    async def connected(self, timeout_s: float) -> None:
        """Return once the link is up.

        Raises:
            LinkError: the broker refused, or could not be reached in time. The sink goes on trying.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._first_try_over.wait()
        if self._up_since_s is None:
            raise self._fault or LinkError(f"{self._settings.broker} does not answer: is it running?")

    async def handle(self, item: Item) -> None:
        """Put what subscribers want to know in the outbox; never waits for the broker."""
        match item:
            case Stride():
                self._add_stride(item)
            case Cue():
                self._add_cue(item)
            case PodReading():
                self._add(Kind.READING, item.t_s, item.to_record(), foot=item.foot)
            case PodReport():
                self._add_report(item)

    def announce(self, kind: Kind, record: Mapping[str, object]) -> None:
        """Change fields of a retained state (`info`, `battery` or `session`) and publish it."""
        state = self._records.setdefault(kind, {"type": kind})
        state.update(record)
        self._publish_state(kind, self._envelope.wrap(self._topic(kind), time.time(), state))

    def _set_anchor(self, now_s: float) -> None:
        """Tie the session's clock to unix time; it stands at 0 until the first sample."""
        if self._anchor_unix_s is None and now_s > 0.0:
            self._anchor_unix_s = time.time() - now_s

    def _unix_s(self, t_s: float) -> float:
        return time.time() if self._anchor_unix_s is None else self._anchor_unix_s + t_s

    def _publish_state(self, kind: Kind, payload: bytes) -> None:
        self._states[kind] = payload
        self._unsent.add(kind)
        self._wake.set()

    def _topic(self, kind: Kind, foot: Foot | None = None) -> str:
        return topics.topic(self._settings.device, kind, foot)

    def _add_stride(self, stride: Stride) -> None:
        t_s = stride.initial_contact_s
        self._add(Kind.STRIDE, t_s, stride.to_record(), foot=stride.foot)
        if summary := self._summary.add(stride):
            self._add(Kind.SUMMARY, t_s, summary)

    def _add_report(self, report: PodReport) -> None:
        self._set_anchor(report.t_s)
        self._add(Kind.LINK, report.t_s, report.to_record(), foot=report.foot)
        name, percent = f"{report.foot}_percent", report.battery_percent
        if percent is not None and self._records.get(Kind.BATTERY, {}).get(name) != percent:
            self.announce(Kind.BATTERY, {name: percent})

    def _add_cue(self, cue: Cue) -> None:
        ttl_s = min(cue.valid_for_s, self._settings.cue_ttl_s)
        self._add(Kind.CUE, cue.t_s, {**cue.to_record(), "valid_until": time.time() + ttl_s}, ttl_s=ttl_s)

    def _add(
        self,
        kind: Kind,
        t_s: float,
        record: Mapping[str, object],
        *,
        foot: Foot | None = None,
        ttl_s: float | None = None,
    ) -> None:
        topic, now_s = self._topic(kind, foot), time.monotonic()
        deadline_s = now_s + (DELIVERY[kind].expiry_s if ttl_s is None else ttl_s)
        payload = self._envelope.wrap(topic, self._unix_s(t_s), record)
        self._outbox.put(Message(kind, topic, payload, deadline_s), now_s)
        self._wake.set()

    async def _run(self) -> None:
        rng = random.Random()  # noqa: S311 - it spreads clients in time, it guards nothing
        delays = delays_s(rng)
        while not self._leaving:
            try:
                async with self._dialer.dial(will_topic=self._topic(Kind.STATUS)) as link:
                    self._note_up()
                    await self._serve(link)
            except LinkError as fault:
                held_s = self._note_down(fault)
                if held_s > CAP_S:
                    delays = delays_s(rng)
                await asyncio.sleep(next(delays))

    async def _serve(self, link: Link) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                watch = tasks.create_task(self._watch(link), name="mqtt watch")
                await link.hear(self._topic(Kind.STATUS))
                await self._send_all(link)
                watch.cancel()
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from None

    async def _watch(self, link: Link) -> None:
        """Notice a broken link, and correct a status that the will of an older connection overwrote."""
        async for said in link.heard():
            if said.payload != self._states[Kind.STATUS]:
                self._publish_state(Kind.STATUS, self._states[Kind.STATUS])

    async def _send_all(self, link: Link) -> None:
        """States first, then events in order; when the sink is being left, the rest and a goodbye."""
        while True:
            self._wake.clear()
            if state := next((kind for kind in STATES if kind in self._unsent), None):
                await self._send_state(link, state)
            elif message := self._outbox.take(time.monotonic() + FLIGHT_S):
                await self._send_event(link, message)
            elif not self._leaving:
                await self._wake.wait()
            else:
                return await self._say_goodbye(link)

    async def _say_goodbye(self, link: Link) -> None:
        self.announce(Kind.SESSION, {"state": "ended"})
        self._publish_state(Kind.STATUS, OFFLINE)
        await self._send_state(link, Kind.SESSION)
        await self._send_state(link, Kind.STATUS)

    async def _send_state(self, link: Link, kind: Kind) -> None:
        self._unsent.discard(kind)
        topic = self._topic(kind)
        refusal = await link.send(kind, topic, self._states[kind], DELIVERY[kind].expiry_s)
        self._note_refusal(topic, refusal)

    async def _send_event(self, link: Link, message: Message) -> None:
        try:
            remaining_s = message.deadline_s - time.monotonic()
            refusal = await link.send(message.kind, message.topic, message.payload, remaining_s)
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
        log.info("connected to %s", self._settings.broker)
        self._fault = None
        self._up_since_s = time.monotonic()
        self._unsent = set(self._states)
        self._first_try_over.set()

    def _note_down(self, fault: LinkError) -> float:
        """Say once that there is no link; for how long there was one, in seconds."""
        held_s = 0.0 if self._up_since_s is None else time.monotonic() - self._up_since_s
        if self._fault is None:
            self._fault = fault
            log.warning("%s; trying again", fault)
        self._up_since_s = None
        self._first_try_over.set()
        return held_s
