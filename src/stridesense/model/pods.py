"""What is known of a pod itself, and what a pod without raw samples tells of the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Final

from stridesense.model.packet import Foot, GapCause

LINK: Final = "link"
BATTERY: Final = "battery"
"""Characteristics of every protocol: what the source says of the connection (JSON), and the standard
battery level (one byte, per cent)."""


class LinkState(StrEnum):
    """How a pod and the host stand to each other."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    SILENT = "silent"  # connected, but nothing comes
    LOST = "lost"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PodReport:
    """One pod's link and what became of its samples so far; comes each second and whenever something changes.

    `t_s` is the host's time of it on the session clock, `reason` a sentence for the runner where the state
    needs one. `lost` are samples by cause. A field is None when it is not known.
    """

    foot: Foot
    t_s: float
    state: LinkState | None = None
    protocol: str
    address: str | None = None
    name: str | None = None
    firmware: str | None = None
    reason: str | None = None
    battery_percent: int | None = None
    rssi_dbm: int | None = None
    sampling_rate_hz: float | None = None
    reconnects: int = 0
    packets: int = 0
    samples: int = 0
    gaps: int = 0
    duplicates: int = 0
    late: int = 0
    malformed: int = 0
    lost: Mapping[GapCause, int] = field(default_factory=dict)

    def to_record(self) -> dict[str, object]:
        """The report as plain JSON values, flat: the lost samples of a cause are `lost_CAUSE`."""
        record = _known(self, without=("lost",))
        return {"type": "link", **record, **{f"lost_{cause}": count for cause, count in self.lost.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PodReading:
    """What a pod that sends no raw samples says of the run, in the words of its own firmware.

    `t_s` is when it arrived, on the session clock. Cadence is in steps per minute; `running` is the pod's
    own judgement against walking.
    """

    foot: Foot
    t_s: float
    speed_mps: float | None = None
    cadence_spm: float | None = None
    stride_length_m: float | None = None
    distance_m: float | None = None
    power_w: float | None = None
    running: bool | None = None

    def to_record(self) -> dict[str, object]:
        """The reading as plain JSON values, without what was not told."""
        return {"type": "reading", **_known(self)}


def _known(noun: PodReport | PodReading, without: tuple[str, ...] = ()) -> dict[str, object]:
    names = [field.name for field in fields(noun) if field.name not in without]
    return {name: value for name in names if (value := getattr(noun, name)) is not None}
