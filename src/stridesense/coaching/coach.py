"""Says one thing, after a full window, and then keeps silent for a while."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from stridesense.coaching.rules import HEEL_HELD, CueRule, held_share
from stridesense.gait.segmentation import Outcome as GaitOutcome
from stridesense.model import Cue, CueKind, Foot, Gait, Gap, Stride, Theme
from stridesense.stage import Stage

Outcome = GaitOutcome | Cue


@dataclass(frozen=True, slots=True)
class CoachParams:
    """When to speak.

    Attributes:
        rule: what to look for.
        gap_s: silence after a cue, s.
        quality: a stride below this quality does not count.
        other_share: the other foot is spoken to as well from this share of its window on.
        fresh_s: and while its latest stride is not older than this, s.
    """

    rule: CueRule = HEEL_HELD
    gap_s: float = 90.0
    quality: float = 0.4
    other_share: float = 0.5
    fresh_s: float = 5.0


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
        if stride.heel_state is None or stride.quality < self.params.quality:
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
        state.last_cue_s = now_s
        both = self._other_too(stride)
        return [
            Cue(
                cue_id=rule.cue_id,
                theme=Theme.HEEL,
                kind=CueKind.CORRECTION,
                foot=Foot.UNKNOWN if both else stride.foot,
                t_s=now_s,
                text=rule.words(Foot.UNKNOWN if both else stride.foot),
                reason=reason(stride.foot, window),
                metric=rule.metric,
                value=share,
                window_strides=len(window),
                valid_for_s=rule.valid_for_s,
            )
        ]

    def _other_too(self, stride: Stride) -> bool:
        """Whether the other foot does the same, by a full window that is as fresh as this one."""
        others = [seen for foot, seen in self._state.windows.items() if foot is not stride.foot]
        return any(
            len(seen) >= self.params.rule.window_strides - 1  # feet alternate: it may be one stride behind
            and stride.terminal_contact_s - seen[-1].terminal_contact_s < self.params.fresh_s
            and held_share(seen) >= self.params.other_share
            for seen in others
        )


def reason(foot: Foot, window: Sequence[Stride]) -> str:
    """Why the cue is due, in one sentence with its numbers."""
    whose = "the heel" if foot is Foot.UNKNOWN else f"the {foot} heel"
    heights_mm = [stride.heel_height_mm for stride in window if stride.heel_height_mm is not None]
    high = f", {fmean(heights_mm):.0f} mm above flat on average" if heights_mm else ""
    return f"{whose} stayed up in {held_share(window):.0%} of the last {len(window)} strides{high}"
