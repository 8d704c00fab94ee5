"""What every built-in codec has in common: bytes of one pod in, whole frames or rows of numbers out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from stridesense.model.samples import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The samples of one frame.

    Attributes:
        kind: which of `spec.samples` they are.
        numbers: (n, k) in the order of its `channels`, before its `scale`.
        ticks: the pod's own stamp, still wrapping, of the sample that `[time]` names.
        limits: (k,) magnitudes of `numbers` at which the sensor ends, where the pod itself tells them;
            None where the description's `range` holds.
        rate_hz: the nominal rate, where the pod itself tells it; None where the description's holds.
    """

    kind: int
    numbers: FloatArray
    ticks: int
    limits: FloatArray | None = None
    rate_hz: float | None = None


class Builtin(ABC):
    """What a table cannot say of a pod's bytes; holds what was heard on one connection."""

    @abstractmethod
    def cut(self, role: str, payload: bytes) -> list[bytes | Rows | str]:
        """Take one value of a characteristic as it came; no bytes make it raise.

        Returns:
            whole frames for the table (bytes), samples (Rows), and phrases that say what is malformed.
        """

    @abstractmethod
    def relink(self) -> None:
        """The connection is a new one: forget what was begun and not ended."""
