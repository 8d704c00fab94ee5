"""What is said to the runner."""

from dataclasses import asdict, dataclass

from stridesense.model.packet import Foot


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue, with the numbers that led to it.

    `t_s` is the moment on the session clock at which it became due; `valid_for_s` is its time to live: later
    than that it must not be said any more. `reason` is one plain sentence with the figures.
    """

    cue_id: str
    foot: Foot
    t_s: float
    text: str
    reason: str
    metric: str
    value: float
    window_strides: int
    valid_for_s: float

    def to_record(self) -> dict[str, object]:
        """The cue as plain JSON values."""
        return {"type": "cue", **asdict(self)}
