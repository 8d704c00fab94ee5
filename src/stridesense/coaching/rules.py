"""What a cue looks for, as data and pure functions over a window of strides."""

from collections.abc import Sequence
from dataclasses import dataclass

from stridesense.model import Foot, HeelState, Stride


@dataclass(frozen=True, slots=True)
class CueRule:
    """One thing that can be said, and when.

    Attributes:
        cue_id: stable name of the cue.
        metric: field of the stride record that it reads.
        window_strides: strides of one foot that must be seen first (25: stable means of running variables,
            Oliveira and Pirscoveanu 2021).
        share: share of the window from which the cue is due.
        valid_for_s: time to live, s.
        text: what both feet hear; `text_one` what one foot hears, with {foot}.
    """

    cue_id: str
    metric: str
    window_strides: int
    share: float
    valid_for_s: float
    text: str
    text_one: str

    def words(self, foot: Foot) -> str:
        """The wording for one foot, or for both when it is unknown."""
        return self.text if foot is Foot.UNKNOWN else self.text_one.format(foot=foot)


HEEL_HELD = CueRule(
    cue_id="heel_held",
    metric="heel_state",
    window_strides=25,
    share=0.6,
    valid_for_s=2.0,
    text="let the heels kiss down",
    text_one="let the {foot} heel kiss down",
)


def held_share(window: Sequence[Stride]) -> float:
    """Share of strides, 0..1, in which the heel was held up; 0 of none."""
    return sum(stride.heel_state is HeelState.HELD for stride in window) / len(window) if window else 0.0
