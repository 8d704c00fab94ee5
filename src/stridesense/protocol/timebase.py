"""Three clocks made one: the pod's ticks, the session's seconds, the host's arrivals.

The session clock starts at the first sample of the session and runs as the pods' own clocks run; when a
packet arrives never moves a sample. What arrivals tell is kept apart, as the slowly changing difference to
the host's clock, so that two pods whose clocks drift can be compared.
"""

from collections import deque
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

from stridesense.protocol.counters import PodCounters, signed

RATE_WANDER: Final = 2e-7
"""Standard deviation of how the true rate wanders, relative, in one second, as the sensor warms."""

LONGEST_JUMP_S: Final = 0.25
"""A stamp is explained by its index give or take what the rate is not yet known by, but never further off
than this, or than the pod's own `jump_s`."""

ENVELOPE_WINDOW_S: Final = 30.0
"""How long an arrival counts for the difference to the host's clock."""

DRIFT_LIMIT: Final = 200e-6
"""How much faster than the host's a pod's clock may fall behind; crystals keep well within."""


@dataclass(slots=True)
class SampleClock:
    """The line from sample index to session seconds of one pod, followed by a two-state Kalman filter.

    State: time of the sample `index` and the sampling period, with their variances; each packet's index and
    time stamp is one measurement. So lost packets do no harm, jitter is averaged over some ten seconds, and
    the stated rate is only where the estimate starts (and within a factor of 2 of where it ends). `ticks` is
    the last stamp without wrapping; it stands for `epoch_s + ticks / tick_hz`.
    """

    counters: PodCounters
    index: int
    ticks: int
    epoch_s: float
    time_s: float
    stated_period_s: float
    period_s: float
    time_var: float
    cross_var: float
    period_var: float

    @classmethod
    def starting(
        cls, counters: PodCounters, *, index: int, ticks: int, time_s: float, rate_hz: float
    ) -> "SampleClock":
        """A clock that knows one sample's time and the rate that the pod states."""
        return cls(
            counters=counters,
            index=index,
            ticks=ticks,
            epoch_s=time_s - ticks / counters.tick_hz,
            time_s=time_s,
            stated_period_s=1.0 / rate_hz,
            period_s=1.0 / rate_hz,
            time_var=counters.jitter_s**2,
            cross_var=0.0,
            period_var=(counters.rate_tolerance / rate_hz) ** 2,
        )

    @property
    def sampling_rate_hz(self) -> float:
        """The true rate as estimated so far."""
        return 1.0 / self.period_s

    def stamped_s(self, index: int, ticks: int) -> float:
        """When the pod says that the sample `index` was taken; the stamp is unwrapped by the index."""
        return self.epoch_s + self._unwrapped(self._ahead(index), ticks) / self.counters.tick_hz

    def explains(self, index: int, ticks: int) -> bool:
        """Whether the stamp is where the index lets it be expected."""
        late_s, jump_s = abs(self.late_s(index, ticks)), self.counters.jump_s
        if late_s <= jump_s:
            return True
        return late_s <= min(jump_s + 4 * self.unsure_s(index), max(LONGEST_JUMP_S, jump_s))

    def late_s(self, index: int, ticks: int) -> float:
        """How much later than expected the sample `index` is stamped."""
        ahead = self._ahead(index)
        stamped_s = self.epoch_s + self._unwrapped(ahead, ticks) / self.counters.tick_hz
        return stamped_s - self.time_s - ahead * self.period_s

    def unsure_s(self, index: int) -> float:
        """Standard deviation of when the sample `index` is expected."""
        ahead = self._ahead(index)
        return sqrt(self.time_var + ahead * (2 * self.cross_var + ahead * self.period_var))

    def follow(self, index: int, ticks: int) -> None:
        """Take one measurement: predict to `index`, correct by the stamp."""
        ahead = self._ahead(index)
        self.index, self.ticks = index, self._unwrapped(ahead, ticks)
        self.time_s += ahead * self.period_s
        self.time_var += ahead * (2 * self.cross_var + ahead * self.period_var)
        self.cross_var += ahead * self.period_var
        self.period_var += ahead * self.period_s * (RATE_WANDER * self.period_s) ** 2
        innovation_s = self.epoch_s + self.ticks / self.counters.tick_hz - self.time_s
        jitter_var = self.counters.jitter_s**2
        time_gain = self.time_var / (self.time_var + jitter_var)
        period_gain = self.cross_var / (self.time_var + jitter_var)
        self.time_s += time_gain * innovation_s
        period_s = self.period_s + period_gain * innovation_s
        self.period_s = min(max(period_s, 0.5 * self.stated_period_s), 2 * self.stated_period_s)
        self.period_var -= period_gain * self.cross_var
        self.cross_var -= time_gain * self.cross_var
        self.time_var -= time_gain * self.time_var

    def jump(self, index: int, ticks: int) -> None:
        """Go on from this stamp, keep the period: the index cannot be trusted across the hole."""
        self.index, self.ticks = index, self._unwrapped(self._ahead(index), ticks)
        self.time_s = self.epoch_s + self.ticks / self.counters.tick_hz
        self.time_var, self.cross_var = self.counters.jitter_s**2, 0.0

    def _ahead(self, index: int) -> int:
        return signed(index - self.index, self.counters.index_modulus)

    def _unwrapped(self, ahead: int, ticks: int) -> int:
        expected = self.ticks + round(ahead * self.period_s * self.counters.tick_hz)
        return expected + signed(ticks - expected, self.counters.tick_modulus)


@dataclass(slots=True)
class HostClock:
    """The difference between the host's clock and one pod's, from the lower envelope of the arrivals.

    A packet may arrive late, never early, so the least difference of arrival and last sample within
    `ENVELOPE_WINDOW_S` is the best; an old one is allowed to grow with `DRIFT_LIMIT`, so that a clock that
    falls behind is followed as well as one that runs ahead. At 11 packets a second that are 0 to 45 ms late
    it stands above the shortest way by 1 ms on average and by less than 5 ms with crystals of 50 ppm (8 ms
    at 200 ppm); the first seconds are worse. Two feet compared by it keep the difference of these residuals,
    and that of their shortest ways, which arrivals cannot tell: less than one connection interval.
    """

    offset_s: float = 0.0
    lows: deque[tuple[float, float]] = field(default_factory=deque)

    def observe(self, last_sample_s: float, arrival_s: float) -> float:
        """Take one packet's last sample and arrival, return the offset host minus session clock."""
        low = arrival_s - last_sample_s - DRIFT_LIMIT * last_sample_s
        while self.lows and self.lows[-1][1] >= low:
            self.lows.pop()
        self.lows.append((last_sample_s, low))
        while self.lows[0][0] < last_sample_s - ENVELOPE_WINDOW_S:
            self.lows.popleft()
        self.offset_s = self.lows[0][1] + DRIFT_LIMIT * last_sample_s
        return self.offset_s
