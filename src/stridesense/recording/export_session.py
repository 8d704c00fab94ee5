"""A session as the exports take it."""

from collections.abc import Sequence
from dataclasses import dataclass

from stridesense.model import PodReading, Stride


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """All of a session that is exported.

    Attributes:
        session_id: as in its recording.
        software_version: that recorded it.
        zero_unix_s: Unix time of session second 0.
        end_s: last moment that anything was heard of, session seconds.
        strides: in any order.
        readings: what pods of their own firmware told.
        marks_s: moments that the runner marked, session seconds.
    """

    session_id: str
    software_version: str
    zero_unix_s: float
    end_s: float
    strides: Sequence[Stride]
    readings: Sequence[PodReading] = ()
    marks_s: Sequence[float] = ()
