"""How the host's time and the session's stand to each other."""

from dataclasses import dataclass

from stridesense.units import NS_PER_S


@dataclass(frozen=True, slots=True)
class SessionZero:
    """Second 0 of the session, which is its first sample: `host_s` on the clock by which packets arrive.

    That clock begins when the source opens, so that the search for the pods and the connecting lie before.
    It comes once, before all that is timed by it.
    """

    host_s: float

    def session_s(self, arrival_ns: int) -> float:
        """Session time of an arrival; 0 for what came before the first sample."""
        return max(0.0, arrival_ns / NS_PER_S - self.host_s)
