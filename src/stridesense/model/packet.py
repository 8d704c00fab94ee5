"""What a pod sent, as it arrived, and the damage that a stream can carry."""

from dataclasses import dataclass
from enum import StrEnum


class Foot(StrEnum):
    """The foot that a pod is worn on."""

    LEFT = "left"
    RIGHT = "right"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RawPacket:
    """One notification or read from a pod, untouched.

    `protocol` names the pod's description ("sofp"), `characteristic` the role of the value in it ("data",
    "config", "info", "status"). `arrival_ns` is the host's monotonic time since the session began: it is
    when the bytes arrived, never when the foot moved.
    """

    foot: Foot
    protocol: str
    characteristic: str
    payload: bytes
    arrival_ns: int


class GapCause(StrEnum):
    """Where samples went missing, as far as the protocol tells."""

    SENSOR = "sensor"  # the pod's sensor queue overflowed
    TRANSMIT = "transmit"  # the pod dropped packets before sending
    RADIO = "radio"  # packets were sent and did not arrive
    STALL = "stall"  # time stamps jump, nothing says why
    LINK = "link"  # the connection was lost


@dataclass(frozen=True, slots=True)
class Gap:
    """No samples between `start_s` (the last one before) and `end_s` (the first one after), in seconds."""

    foot: Foot
    start_s: float
    end_s: float
    missing_samples: int
    cause: GapCause


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that the pod's description does not allow; `reason` is a phrase for the log."""

    foot: Foot
    arrival_ns: int
    reason: str
