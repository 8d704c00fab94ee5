"""Whether the runner runs steadily enough to be coached: a cue in a turn, on a hill or at a stop is noise."""

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Final, NamedTuple

from stridesense.model import Foot, Gait, Gap, Stride


class ContextParams(NamedTuple):
    """When running is steady; our own choice throughout.

    Attributes:
        pause_s: so long without a running stride is a stop, s.
        turn_deg: a turn by more in each of the last strides is a bend, deg.
        slope_deg: a slope that differs by more from where the runner warmed up is a hill, deg.
        speed_share: a speed that differs by more from that of the last strides is a change of pace.
        quality: a stride below this quality does not count,
        doubtful: and so many of the last eight of a foot mean a pod that cannot be trusted now.
        hole_s: a hole in a foot's samples of this length begins a new window, s,
        hole_ago_s: and for so long nothing is said to that foot, nor to both, s.
        loss_share: more than this share of the last `loss_s` lost is a bad link.
        loss_s: see there, s.
    """

    pause_s: float = 3.0
    turn_deg: float = 8.0
    slope_deg: float = 2.0
    speed_share: float = 0.12
    quality: float = 0.4
    doubtful: int = 3
    hole_s: float = 0.5
    hole_ago_s: float = 10.0
    loss_share: float = 0.05
    loss_s: float = 30.0


class Unsteady(NamedTuple):
    """Why the runner is not running steadily, and whether that ends what both feet did."""

    reason: str
    both_feet: bool


_RECENT: Final = 5
_LAST: Final = 8
_TURNING: Final = 3
_HOME_GAIN: Final = 0.02
_PACE_GAIN: Final = 0.05
"""Strides of a foot that are looked at together, and shares by which means follow one (our own choice)."""


@dataclass(slots=True)
class _FootContext:
    slopes_deg: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))
    turns_deg: deque[float] = field(default_factory=lambda: deque(maxlen=_TURNING))
    speeds_mps: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))
    clear: deque[bool] = field(default_factory=lambda: deque(maxlen=_LAST))
    holes: deque[tuple[float, float]] = field(default_factory=deque)
    home_deg: float | None = None
    pace_mps: float | None = None


@dataclass(slots=True)
class Context:
    """What the last strides of both feet say about how the runner moves.

    Attributes:
        first_run_s: when the first running stride began, session s.
        last_run_s: when the latest one ended.
        running_s: how long the runner ran so far.
    """

    params: ContextParams = field(default_factory=ContextParams)
    first_run_s: float | None = None
    last_run_s: float = 0.0
    running_s: float = 0.0
    feet: dict[Foot, _FootContext] = field(default_factory=dict)

    def lose(self, gap: Gap) -> bool:
        """Take a hole in a foot's samples; whether it is long enough to begin a new window."""
        foot = self.feet.setdefault(gap.foot, _FootContext())
        foot.holes.append((gap.end_s, gap.end_s - gap.start_s))
        while len(foot.holes) > 1 and foot.holes[0][0] < gap.end_s - self.params.loss_s:
            foot.holes.popleft()
        return gap.end_s - gap.start_s >= self.params.hole_s

    def follow(self, stride: Stride, now_s: float, *, at_home: bool) -> Unsteady | None:
        """Take a stride; why the runner is not running steadily, None when so.

        Args:
            stride: the stride.
            now_s: its end, session s.
            at_home: whether it belongs to the warm-up, whose slope is the runner's level ground.
        """
        if stride.gait is not Gait.RUN:
            return Unsteady("walking" if stride.gait is Gait.WALK else "hopping", both_feet=True)
        stopped = self.first_run_s is not None and now_s - self.last_run_s > self.params.pause_s
        if self.first_run_s is None:
            self.first_run_s = stride.initial_contact_s
        elif not stopped:
            self.running_s += max(0.0, now_s - self.last_run_s)
        self.last_run_s = max(now_s, self.last_run_s)
        foot = self.feet.setdefault(stride.foot, _FootContext())
        foot.clear.append(stride.quality >= self.params.quality)
        if stopped:
            return Unsteady("just off again after a stop", both_feet=True)
        reasons = (
            self._pace(foot, stride.speed_mps),
            self._ground(foot, stride.slope_deg, at_home=at_home),
            self._bend(foot, stride.turn_deg),
            self._link(foot, now_s),
            "the strides are unclear" if foot.clear.count(False) >= self.params.doubtful else None,
        )
        return next((Unsteady(reason, both_feet=False) for reason in reasons if reason is not None), None)

    def link_trouble(self, to: Foot, now_s: float) -> str | None:
        """Why a foot that is spoken to cannot be heard well; the unknown foot stands for all."""
        feet = self.feet.values() if to is Foot.UNKNOWN else [self.feet[to]] if to in self.feet else []
        phrases = [self._hole(foot, now_s) or self._link(foot, now_s) for foot in feet]
        return next((phrase for phrase in phrases if phrase is not None), None)

    def _pace(self, foot: _FootContext, speed_mps: float | None) -> str | None:
        if speed_mps is None:
            return None
        foot.speeds_mps.append(speed_mps)
        now_mps = sum(foot.speeds_mps) / len(foot.speeds_mps)
        usual_mps = now_mps if foot.pace_mps is None else foot.pace_mps
        foot.pace_mps = usual_mps + _PACE_GAIN * (now_mps - usual_mps)
        changes = abs(now_mps - usual_mps) > self.params.speed_share * usual_mps
        return f"the pace changes from {usual_mps:.1f} to {now_mps:.1f} m/s" if changes else None

    def _ground(self, foot: _FootContext, slope_deg: float | None, *, at_home: bool) -> str | None:
        if slope_deg is None:
            return None
        foot.slopes_deg.append(slope_deg)
        now_deg = sum(foot.slopes_deg) / len(foot.slopes_deg)
        if foot.home_deg is None:
            foot.home_deg = now_deg
        if at_home:
            foot.home_deg += _HOME_GAIN * (now_deg - foot.home_deg)
        rise_deg = now_deg - foot.home_deg
        return f"the ground slopes by {rise_deg:+.1f} deg" if abs(rise_deg) > self.params.slope_deg else None

    def _bend(self, foot: _FootContext, turn_deg: float | None) -> str | None:
        """A bend of a running track turns a stride by 3 to 4 deg, a corner by much more."""
        if turn_deg is None:
            return None
        foot.turns_deg.append(turn_deg)
        turn_deg = median(foot.turns_deg)
        return f"a turn of {turn_deg:+.0f} deg a stride" if abs(turn_deg) > self.params.turn_deg else None

    def _hole(self, foot: _FootContext, now_s: float) -> str | None:
        since_s = now_s - self.params.hole_ago_s
        longest_s = max((length_s for end_s, length_s in foot.holes if end_s >= since_s), default=0.0)
        if longest_s < self.params.hole_s:
            return None
        return f"nothing was heard for {longest_s:.1f} s just before"

    def _link(self, foot: _FootContext, now_s: float) -> str | None:
        since_s = now_s - self.params.loss_s
        lost_s = sum(length_s for end_s, length_s in foot.holes if end_s >= since_s)
        share = lost_s / self.params.loss_s
        return f"{share:.0%} of the samples were lost" if share > self.params.loss_share else None
