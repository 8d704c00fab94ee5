"""Pods that send no samples: what their own firmware says of the run."""

from dataclasses import dataclass
from math import isfinite
from typing import Final

from stridesense.model.packet import Foot, RawPacket
from stridesense.model.pods import PodReading
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.frames import codec
from stridesense.protocol.layout import Value
from stridesense.protocol.session import Item, SessionClock
from stridesense.protocol.spec import ProtocolSpec
from stridesense.protocol.streams import MetricsSpec
from stridesense.units import NS_PER_S

QUANTITIES: Final = ("speed_mps", "cadence_spm", "stride_length_m", "distance_m", "power_w")


@dataclass(slots=True)
class ReadingStream:
    """One foot's pod of this kind; part of the decoder's state.

    Such a pod has no clock: a reading is timed by its arrival.
    """

    foot: Foot
    counters: StreamCounters
    protocol: str
    sampling_rate_hz: None = None

    def take(self, packet: RawPacket, session: SessionClock) -> list[Item]:
        """Decode one packet; raises DeviceError if it is not as described."""
        pod = codec(self.protocol)
        values = pod.values(packet.characteristic, packet.payload)
        metrics = pod.spec.metrics or MetricsSpec()
        told = {name: _number(getattr(metrics, name), packet.characteristic, values) for name in QUANTITIES}
        if all(value is None for value in told.values()):
            return []
        running = _flag(pod.spec, metrics.running, packet.characteristic, values)
        told["cadence_spm"] = _in_steps(told["cadence_spm"], metrics, walks=running is False)
        t_s = session.place_packet(packet.arrival_ns / NS_PER_S, 0.0)
        return [PodReading(foot=self.foot, t_s=t_s, running=running, **told)]

    def relink(self) -> list[Item]:
        """Nothing is held across connections."""
        return []

    def flush(self) -> list[Item]:
        """Nothing is held."""
        return []


def _number(reference: str | None, role: str, values: dict[str, Value]) -> float | None:
    """The value that `reference` names, if it is of this characteristic, was sent and is a number."""
    if reference is None:
        return None
    owner, _, name = reference.partition(".")
    if owner != role or name not in values:
        return None
    number = float(values[name])
    return number if isfinite(number) else None


def _flag(spec: ProtocolSpec, reference: str | None, role: str, values: dict[str, Value]) -> bool | None:
    if reference is None:
        return None
    owner, name, bit = reference.split(".")
    if owner != role or name not in values:
        return None
    field = spec.field(reference)
    return bool(round(float(values[name]) / field.scale) >> field.bits[bit] & 1)


def _in_steps(cadence_spm: float | None, metrics: MetricsSpec, *, walks: bool) -> float | None:
    """Steps of both feet: a cadence too low for those counts the pod's own foot."""
    limit = metrics.walking_cadence_doubled_below if walks else metrics.cadence_doubled_below
    is_one_foot = cadence_spm is not None and limit is not None and cadence_spm < limit
    return 2 * cadence_spm if cadence_spm is not None and is_one_foot else cadence_spm
