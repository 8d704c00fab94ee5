"""What is kept of a session, and what the runner says of the legs afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stridesense.model.cues import CueEffect, Theme
from stridesense.model.packet import Foot


class Band(StrEnum):
    """Where a leg's load stands against the largest session of the last 30 days."""

    UNKNOWN = "unknown"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalfBudget:
    """One leg's calf load of this session so far; a proxy without a unit, 1 for a usual midfoot stride.

    `limit` is what the session may cost: the largest session of the last 30 days, or the day's share of the
    adaptation plan; None when neither is known. `ratio` is load over limit. `high_load_strides` cost much
    more than a usual one; `estimated_strides` could not be measured and count as the leg's mean.
    """

    foot: Foot
    t_s: float
    load: float
    strides: int
    hops: int = 0
    high_load_strides: int = 0
    estimated_strides: int = 0
    limit: float | None = None
    ratio: float | None = None
    band: Band = Band.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A metric of one foot, at the same speed and cadence, is no longer what it was: since `since_s`.

    `before` and `after` are in the metric's unit, `size_sd` is the difference in spreads of 25-stride
    medians, positive when the metric rose. `t_s` is when it was noticed.
    """

    metric: str
    foot: Foot
    t_s: float
    since_s: float
    before: float
    after: float
    size_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfChange:
    """The second half of a session against the first, at the same speed and cadence.

    `first` and `second` are medians in the metric's unit; `size_sd` is their difference in spreads of
    25-stride medians, `sure` whether chance alone would hardly make it.
    """

    metric: str
    foot: Foot
    first: float
    second: float
    size_sd: float
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop of a drill: what the foot did, for feedback at once.

    `heel_touched` is None where the heel could not be seen; `symmetry_percent` is this contact against the
    other foot's last one, (left - right) / mean, None on one leg.
    """

    foot: Foot
    t_s: float
    number: int
    contact_time_s: float
    flight_time_s: float | None = None
    heel_touched: bool | None = None
    symmetry_percent: float | None = None


class Drill(StrEnum):
    """Hopping as it is done: on both feet at once, on alternating feet, or on one leg."""

    ROPE_JUMP = "rope_jump"
    ALTERNATING = "alternating_hops"
    LEFT_LEG = "left_leg_hops"
    RIGHT_LEG = "right_leg_hops"
    ONE_LEG = "one_leg_hops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bout:
    """Hops in a row: one drill from its first contact to its last.

    `hops` and `load` are by leg; `heel_touch_share` is over hops whose heel was seen.
    """

    drill: Drill
    start_s: float
    end_s: float
    hops: Mapping[Foot, int]
    load: Mapping[Foot, float]
    hops_per_minute: float | None = None
    contact_time_s: Mapping[Foot, float] = field(default_factory=dict)
    heel_touch_share: float | None = None
    symmetry_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """How a theme went: strides and how many of them were off, with cues possible and in cue-free probes."""

    coached_strides: int = 0
    coached_off: int = 0
    free_strides: int = 0
    free_off: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachReport:
    """What the coach keeps of a session; comes once, at its end.

    `baseline` holds, by foot and metric, the sufficient statistics that later sessions start from (see
    `stridesense.coaching.baseline`); `retired` the cues that did nothing; `cue_log_sha256` proves that a
    replay said the same.
    """

    duration_s: float
    running_s: float
    theme: Theme | None
    strides: Mapping[Foot, int]
    budgets: tuple[CalfBudget, ...]
    held_share: Mapping[Foot, float]
    climb_m: float | None
    cues: int
    retired: tuple[str, ...]
    practice: Mapping[Theme, Practice]
    halves: tuple[HalfChange, ...]
    baseline: Mapping[Foot, Mapping[str, tuple[float, ...]]]
    cue_log_sha256: str


class RedFlag(StrEnum):
    """What ends coaching until a professional has had a look."""

    SUDDEN_PAIN = "sudden_pain"
    SWELLING = "swelling"
    WEAKNESS = "weakness"
    NUMBNESS = "numbness"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """What the runner says of each calf, 0 (nothing) to 10 (worst imaginable), on a morning.

    `red_flags` are the values of `RedFlag`.
    """

    unix_s: float
    soreness: Mapping[Foot, int]
    red_flags: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def told(
        cls, unix_s: float, left: int | None, right: int | None, red_flags: Iterable[str], note: str
    ) -> "CheckIn":
        """What the runner says of one leg or both; a flag that is given twice counts once."""
        said = ((Foot.LEFT, left), (Foot.RIGHT, right))
        return cls(
            unix_s=unix_s,
            soreness={foot: value for foot, value in said if value is not None},
            red_flags=tuple(dict.fromkeys(str(flag) for flag in red_flags)),
            note=note,
        )

    @property
    def says_nothing(self) -> bool:
        """Whether it tells of no leg; such a check-in is not kept."""
        return not (self.soreness or self.red_flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    """An ended session as the history keeps it."""

    session_id: str
    started_unix_s: float
    shoe: str | None
    report: CoachReport
    effects: tuple[CueEffect, ...] = ()
