"""What is known of each pod beside its samples: the link, the battery, the counters; told each second."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from stridesense.errors import DeviceError
from stridesense.model.packet import Foot, RawPacket
from stridesense.model.pods import LinkState, PodReport
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.frames import codec
from stridesense.protocol.session import SessionClock
from stridesense.units import NS_PER_S

TOLD_BY_SOURCE: Final = {
    "address": str,
    "name": str,
    "firmware": str,
    "reason": str,
    "rssi_dbm": int,
    "reconnects": int,
}
FULL_PERCENT: Final = 100


@dataclass(slots=True)
class PodWatch:
    """Keeps what is known of one foot's pod; part of the decoder's state."""

    foot: Foot
    protocol: str
    state: LinkState | None = None
    told: dict[str, Any] = field(default_factory=dict)
    battery_percent: int | None = None
    next_report_ns: int = NS_PER_S

    def take_link(self, payload: bytes) -> bool:
        """Take what the source says of the connection; whether it is a new one.

        Raises:
            DeviceError: it is not what a source says.
        """
        try:
            told = json.loads(payload)
            state = LinkState(told["state"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            msg = "link is not what a source says of a connection"
            raise DeviceError(msg) from error
        known = {key: told[key] for key, kind in TOLD_BY_SOURCE.items() if type(told.get(key)) is kind}
        still_why = state in (LinkState.SEARCHING, LinkState.CONNECTING)  # what broke is not mended yet
        self.told = {**self.told, "reason": self.told.get("reason") if still_why else None, **known}
        self.state, self.next_report_ns = state, 0
        return state is LinkState.CONNECTING

    def take_battery(self, percent: float) -> None:
        """Take a battery level; what is no percentage means unknown."""
        level = int(percent) if 0 <= percent <= FULL_PERCENT else None
        if level != self.battery_percent:
            self.battery_percent, self.next_report_ns = level, 0

    def take_facts(self, packet: RawPacket) -> None:
        """Take the battery where the pod tells it in a characteristic; what cannot be read is passed over."""
        pod = codec(self.protocol)
        role, _, name = (pod.spec.facts.battery_percent or "").partition(".")
        if role != packet.characteristic:
            return
        try:
            percent = pod.values(role, packet.payload).get(name)
        except DeviceError:  # of a stream, a value need not begin with a frame
            return
        if percent is not None:
            self.take_battery(float(percent))

    def reports(
        self, arrival_ns: int, counters: StreamCounters, rate_hz: float | None, session: SessionClock
    ) -> list[PodReport]:
        """A report, if one is due: each second by arrivals, and at once after a change."""
        if arrival_ns < self.next_report_ns:
            return []
        self.next_report_ns = (arrival_ns // NS_PER_S + 1) * NS_PER_S
        report = PodReport(
            foot=self.foot,
            t_s=session.session_s(arrival_ns),
            state=self.state,
            protocol=self.protocol,
            battery_percent=self.battery_percent,
            sampling_rate_hz=None if rate_hz is None else round(rate_hz, 3),
            packets=counters.packets,
            samples=counters.samples,
            gaps=counters.gaps,
            duplicates=counters.duplicates,
            late=counters.late,
            malformed=counters.malformed,
            lost={cause: count for cause, count in counters.lost.items() if count},
            **{key: value for key, value in self.told.items() if value is not None},
        )
        return [report]
