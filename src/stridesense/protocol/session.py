"""What all feet of a session share: what comes out, and where the clock starts."""

from dataclasses import dataclass

from stridesense.model.clock import SessionZero
from stridesense.model.packet import Gap, Malformed
from stridesense.model.pods import PodReading, PodReport
from stridesense.model.samples import SampleBlock

Item = SampleBlock | Gap | Malformed | PodReading | PodReport
"""What decoding gives."""


@dataclass(slots=True)
class SessionClock:
    """The session's second 0 is its first sample.

    A pod's clock is laid on it once, when its first packet arrives; the first pod's own first packet tells
    what a packet's way takes. A table's own time is one clock for all feet.
    """

    started: bool = False
    host_offset_s: float = 0.0
    table_start_s: float = 0.0

    def place_packet(self, arrival_s: float, span_s: float) -> float:
        """Session time of a pod's first sample ever; its packet spans `span_s` to the last sample."""
        if not self.started:
            self.started, self.host_offset_s = True, arrival_s - span_s
            return 0.0
        return max(0.0, arrival_s - self.host_offset_s - span_s)

    def place_table(self, row_s: float) -> float:
        """The table's time that is second 0, set by the first row of the session."""
        if not self.started:
            self.started, self.table_start_s = True, row_s
        return self.table_start_s

    @property
    def zero(self) -> SessionZero | None:
        """Where second 0 lies in host time; None before the first sample."""
        return SessionZero(self.host_offset_s) if self.started else None

    def session_s(self, arrival_ns: int) -> float:
        """Session time of something that happened on the host; 0 before the first sample."""
        return 0.0 if self.zero is None else self.zero.session_s(arrival_ns)
