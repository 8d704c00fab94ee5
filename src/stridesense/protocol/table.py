"""The protocol "samples": rows of a table that are in SI units already, with times of their own."""

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Final

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from stridesense.errors import DeviceError
from stridesense.model.packet import Foot, Gap, GapCause, Malformed, RawPacket
from stridesense.model.samples import BoolArray, FloatArray, SampleBlock
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.session import Item, SessionClock

TABLE_PROTOCOL: Final = "samples"

ROW_BYTES: Final = 56
"""Seven float64: t_s, acc_x, acc_y, acc_z in m/s^2, gyr_x, gyr_y, gyr_z in rad/s."""

RATE_SAMPLES: Final = 64
"""Where the config states no rate, it is the median step of so many samples, held back until then."""

STALL_S: Final = 0.030
STALL_PERIODS: Final = 4.0
"""A step longer than both of these is a gap."""

SHORTEST_STEP_S: Final = 1e-6
LARGEST_TIME_S: Final = 1e10
LARGEST_ACC_MPS2: Final = 10_000.0
LARGEST_GYR_RADPS: Final = 1_000.0
"""No sensor on a foot measures more; such a row is noise of the logger's making."""

_LARGEST: Final = np.array([LARGEST_TIME_S, *[LARGEST_ACC_MPS2] * 3, *[LARGEST_GYR_RADPS] * 3])
CLIP_SHARE: Final = 0.99


class Config(BaseModel):
    """The "config" of a table: its rate and the ends of the sensor's ranges, where known."""

    sampling_rate_hz: float | None = Field(default=None, gt=0)
    acc_range_mps2: float | None = Field(default=None, gt=0)
    gyr_range_radps: float | None = Field(default=None, gt=0)


@dataclass(slots=True)
class TableStream:
    """One foot's rows of a table; part of the decoder's state.

    Times are the table's own. Rows whose time does not rise are dropped and counted, rows with a value that
    is no number are malformed. `held` are the rows until the rate is known.
    """

    foot: Foot
    counters: StreamCounters
    protocol: str = TABLE_PROTOCOL
    config: Config = field(default_factory=Config)
    newest_s: float = -inf
    start_s: float = 0.0
    held: list[FloatArray] = field(default_factory=list)
    held_rows: int = 0
    heard_ns: int = 0
    rate_known: bool = False
    period_s: float = 0.0
    last_s: float = 0.0
    next_index: int = 0
    sampling_rate_hz: None = None  # a table has no pod to report on

    def take(self, packet: RawPacket, session: SessionClock) -> list[Item]:
        """Decode one packet; raises DeviceError if it is not as described."""
        match packet.characteristic:
            case "data":
                return self._take_rows(packet, session)
            case "config":
                self.config = _config(packet.payload)
                return []
            case other:
                msg = f"samples has no characteristic {other!r}"
                raise DeviceError(msg)

    def relink(self) -> list[Item]:
        """A table has no connection."""
        return []

    def flush(self) -> list[Item]:
        """Give out the rows of a table that ended before its rate was known."""
        if self.held_rows != 1:
            return self._settle_rate() if self.held else []
        self.held, self.held_rows = [], 0
        self.counters.malformed += 1
        return [Malformed(self.foot, self.heard_ns, "one row alone has no sampling rate")]

    def _take_rows(self, packet: RawPacket, session: SessionClock) -> list[Item]:
        if not packet.payload or len(packet.payload) % ROW_BYTES:
            msg = f"data has {len(packet.payload)} bytes, a row has {ROW_BYTES}"
            raise DeviceError(msg)
        rows = np.frombuffer(packet.payload, "<f8").reshape(-1, 7)
        sound = (np.abs(rows) < _LARGEST).all(axis=1)
        items = self._reject(rows[~sound], packet.arrival_ns)
        rows = self._rising(rows[sound])
        if len(rows) == 0:
            return items
        self.start_s = session.place_table(float(rows[0, 0]))
        if self.rate_known:
            return items + self._cut(rows)
        self.heard_ns = packet.arrival_ns
        self.held.append(rows)
        self.held_rows += len(rows)
        settled = self.config.sampling_rate_hz is not None or self.held_rows >= RATE_SAMPLES
        return items + self._settle_rate() if settled else items

    def _reject(self, rows: FloatArray, arrival_ns: int) -> list[Item]:
        self.counters.malformed += len(rows)
        reason = "the row at t_s {} has a value that is no number, or beyond all sense"
        return [Malformed(self.foot, arrival_ns, reason.format(row[0])) for row in rows]

    def _rising(self, rows: FloatArray) -> FloatArray:
        """The rows that are later than all before them."""
        newest_s = np.maximum.accumulate(np.concatenate(([self.newest_s], rows[:, 0])))
        ahead_s = rows[:, 0] - newest_s[:-1]
        rising = ahead_s > SHORTEST_STEP_S
        late = int(np.count_nonzero(ahead_s < -SHORTEST_STEP_S))
        self.counters.late += late
        self.counters.duplicates += int(np.count_nonzero(~rising)) - late
        self.newest_s = float(newest_s[-1])
        return rows[rising]

    def _settle_rate(self) -> list[Item]:
        rows = np.concatenate(self.held)
        self.held, self.held_rows, self.rate_known = [], 0, True
        stated_hz = self.config.sampling_rate_hz
        self.period_s = 1.0 / stated_hz if stated_hz else float(np.median(np.diff(rows[:RATE_SAMPLES, 0])))
        self.last_s = float(rows[0, 0]) - self.start_s - self.period_s
        return self._cut(rows)

    def _cut(self, rows: FloatArray) -> list[Item]:
        """Blocks without a gap inside, and the gaps between them."""
        t_s = rows[:, 0] - self.start_s
        steps_s = np.diff(t_s, prepend=self.last_s)
        stalled = steps_s > max(STALL_S, STALL_PERIODS * self.period_s)
        items: list[Item] = []
        for start, end in pairwise(sorted({0, *np.flatnonzero(stalled).tolist(), len(rows)})):
            if stalled[start]:
                items.append(self._gap(float(t_s[start])))
            items.append(self._block(t_s[start:end], rows[start:end]))
        return items

    def _gap(self, end_s: float) -> Gap:
        missing = round((end_s - self.last_s) / self.period_s) - 1
        self.counters.lost[GapCause.STALL] += missing
        self.counters.gaps += 1
        self.next_index += missing
        return Gap(self.foot, self.last_s, end_s, missing, GapCause.STALL)

    def _block(self, t_s: FloatArray, rows: FloatArray) -> SampleBlock:
        acc_mps2, gyr_radps = rows[:, 1:4].copy(), rows[:, 4:7].copy()
        first_index = self.next_index
        self.next_index += len(rows)
        self.counters.samples += len(rows)
        self.last_s = float(t_s[-1])
        return SampleBlock(
            foot=self.foot,
            first_index=first_index,
            sampling_rate_hz=1.0 / self.period_s,
            t_s=t_s.copy(),
            acc_mps2=acc_mps2,
            gyr_radps=gyr_radps,
            clipped=_beyond(acc_mps2, self.config.acc_range_mps2)
            | _beyond(gyr_radps, self.config.gyr_range_radps),
        )


def _beyond(values: FloatArray, limit: float | None) -> BoolArray:
    largest: FloatArray = np.abs(values).max(axis=1)
    return largest >= (inf if limit is None else CLIP_SHARE * limit)


def _config(payload: bytes) -> Config:
    try:
        return Config.model_validate_json(payload)
    except ValidationError as error:
        msg = f"config cannot be read: {error.errors()[0]['msg']}"
        raise DeviceError(msg) from error
