"""Says one thing, after a full window, and then keeps silent for a while."""

from dataclasses import dataclass, field

from stridesense.coaching.rules import HEEL_HELD, CueRule, held_share
from stridesense.gait.parameters import NO_STANDING_START
from stridesense.gait.segmentation import Outcome as GaitOutcome
from stridesense.model import Cue, Foot, Gait, Gap, Stride
from stridesense.stage import Stage

Outcome = GaitOutcome | Cue


@dataclass(frozen=True, slots=True)
class CoachParams:
    """When to speak.

    Attributes:
        rule: what to look for.
        gap_s: silence after a cue, s (90 s for the same cue).
        quality: a stride below this quality does not count.
        other_share: the other foot is spoken to as well from this share of its window on.
    """

    rule: CueRule = HEEL_HELD
    gap_s: float = 90.0
    quality: float = 0.4
    other_share: float = 0.5


@dataclass(slots=True)
class CoachState:
    """Per foot the latest strides that count, and when something was last said."""

    windows: dict[Foot, list[Stride]] = field(default_factory=dict)
    last_cue_s: float | None = None


class Coach(Stage[GaitOutcome, Outcome]):
    """Watches the heel of each foot while running; walking or a hole in the data begins a new window.

    Without a standing start nobody knows what flat is, so those strides say nothing about a held heel.
    """

    _state: CoachState

    def __init__(self, params: CoachParams | None = None) -> None:
        self.params = params or CoachParams()
        super().__init__()

    def _initial_state(self) -> CoachState:
        return CoachState()

    @property
    def latency_s(self) -> float:
        """Cues come with the stride that makes them due."""
        return 0.0

    def process(self, item: GaitOutcome) -> list[Outcome]:
        """Take anything of the gait; return it, and behind it the cue that it makes due."""
        if isinstance(item, Gap):
            self._state.windows.pop(item.foot, None)
        if not isinstance(item, Stride):
            return [item]
        if item.gait is not Gait.RUN:
            self._state.windows.pop(item.foot, None)
            return [item]
        self._count(item)
        return [item, *self._due(item)]

    def _count(self, stride: Stride) -> None:
        unsure = stride.heel_state is None or NO_STANDING_START in stride.flags
        if unsure or stride.quality < self.params.quality:
            return
        window = self._state.windows.setdefault(stride.foot, [])
        window.append(stride)
        del window[: -self.params.rule.window_strides]

    def _due(self, stride: Stride) -> list[Cue]:
        rule, state = self.params.rule, self._state
        window = state.windows.get(stride.foot, [])
        now_s = stride.terminal_contact_s
        silent = state.last_cue_s is not None and now_s - state.last_cue_s < self.params.gap_s
        share = held_share(window)
        if silent or len(window) < rule.window_strides or share < rule.share:
            return []
        others = [seen for foot, seen in state.windows.items() if foot is not stride.foot]
        both = any(held_share(seen) >= self.params.other_share for seen in others)
        foot = Foot.UNKNOWN if both else stride.foot
        state.last_cue_s = now_s
        held = sum(seen.heel_height_mm or 0.0 for seen in window) / len(window)
        reason = (
            f"the {stride.foot} heel stayed up in {share:.0%} of the last {len(window)} strides, "
            f"{held:.0f} mm above flat on average"
        )
        return [
            Cue(
                cue_id=rule.cue_id,
                foot=foot,
                t_s=now_s,
                text=rule.words(foot),
                reason=reason,
                metric=rule.metric,
                value=share,
                window_strides=len(window),
                valid_for_s=rule.valid_for_s,
            )
        ]
