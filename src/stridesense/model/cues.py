"""What is said to the runner, what is not, and what came of it."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from stridesense.model.packet import Foot


class Theme(StrEnum):
    """What a cue is about. All but the last two are themes of form, of which a run has one, at most two."""

    HEEL = "heel"
    PUSH_OFF = "push_off"
    PULL = "pull"
    LANDING = "landing"
    CONTACT = "contact"
    CADENCE = "cadence"
    ASYMMETRY = "asymmetry"
    DRIFT = "drift"
    BUDGET = "budget"
    POD = "pod"

    @classmethod
    def of_form(cls, value: str) -> "Theme | None":
        """The theme of form of that name; None, which lets the coach choose, for any other word."""
        return next((theme for theme in FORM_THEMES if theme == value), None)


FORM_THEMES: Final = tuple(theme for theme in Theme if theme not in {Theme.BUDGET, Theme.POD})
"""The themes that a run can be about."""


class CueKind(StrEnum):
    """What a cue is for."""

    CORRECTION = "correction"
    SUCCESS = "success"
    RECALL = "recall"
    LOAD = "load"
    POD = "pod"
    HEALTH = "health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One cue, with the numbers that led to it.

    `t_s` is the moment on the session clock at which it became due; `valid_for_s` is its time to live: later
    than that it must not be said any more. `reason` is one plain sentence with the figures. `value` is what
    `metric` was over the last `window_strides` strides, `baseline` what this runner usually does.
    """

    cue_id: str
    theme: Theme
    kind: CueKind
    foot: Foot
    t_s: float
    text: str
    reason: str
    metric: str
    value: float
    baseline: float | None = None
    window_strides: int
    valid_for_s: float
    drill: str | None = None

    def to_record(self) -> dict[str, object]:
        """The cue as plain JSON values, without what it does not have."""
        record = {name: value for name, value in asdict(self).items() if value is not None}
        return {"type": "cue", **record}


class Silence(StrEnum):
    """Why a cue that was due was not given."""

    WARM_UP = "warm_up"
    PROBE = "probe"
    FADED = "faded"
    MUTED = "muted"
    GAP = "gap"
    ENOUGH_THIS_HOUR = "enough_this_hour"
    OTHER_THEME = "other_theme"
    OTHER_CUE = "other_cue"
    RETIRED = "retired"
    UNSTEADY = "unsteady"
    GUARD = "guard"
    SYMPTOMS = "symptoms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A cue that was due from `first_s` to `last_s` and was not given, for one and the same `why`.

    `times` is at how many strides it was due, `reason` one plain phrase with the figures. While the runner
    did not run steadily nothing was judged at all: `cue_id` is then "any", and there is no theme.
    """

    cue_id: str
    theme: Theme | None
    foot: Foot
    why: Silence
    first_s: float
    last_s: float
    times: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CueEffect:
    """What 25 strides after a cue differed from the 25 before it, in the runner's own spreads.

    Both are distances beyond the runner's baseline in the direction that the cue corrects: `after_sd` below
    `before_sd` is an improvement. `given` is false for a cue that was due and withheld: what happens then
    anyway is what a given one is compared with.
    """

    cue_id: str
    foot: Foot
    t_s: float
    given: bool
    before_sd: float
    after_sd: float

    @property
    def gain_sd(self) -> float:
        """The improvement, in the runner's own spreads."""
        return self.before_sd - self.after_sd


class Order(StrEnum):
    """What the runner can tell the coach during a run."""

    MUTE = "mute"
    UNMUTE = "unmute"
    THEME = "theme"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """Something that the runner told the coach at `arrival_ns` (host time since the session began).

    It flows with the packets and is recorded among them, so that a replay obeys it at the same place.
    `value` is the theme of a `theme`, what is written beside a `mark`, and empty otherwise. A mark changes
    nothing; it is found again in the recording.
    """

    order: Order
    arrival_ns: int
    value: str = ""

    def to_record(self) -> dict[str, object]:
        """The instruction as plain JSON values."""
        return {"type": "instruction", **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Obeyed:
    """An instruction that the coach has taken, at `t_s` on the session clock; `value` is as in it."""

    order: Order
    t_s: float
    value: str = ""


def theme_after(theme: Theme | None, item: Cue | Obeyed) -> Theme | None:
    """What the run is about after `item`, where it was about `theme`: the first correction chooses it."""
    match item:
        case Obeyed(order=Order.THEME):
            return Theme.of_form(item.value)
        case Cue(kind=CueKind.CORRECTION):
            return theme or item.theme
    return theme
