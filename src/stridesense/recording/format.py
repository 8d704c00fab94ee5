"""How a recording is laid out in an MCAP file: profile, channels, and what is known about the session.

Raw packets lie on `/raw/{foot}` ("data") and `/raw/{foot}/{characteristic}` (all else), records as JSON on
the topics named here. A message's log time is the session's anchor plus its time since the session began:
other MCAP tools show the wall clock, and our reader gives back the exact host time.

MCAP has no checksum on Metadata records and names a channel only once before the summary. The session and the
channels are therefore sealed with a CRC of our own and written again every few seconds: any stretch of a
damaged file can be read.
"""

import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from stridesense import __version__
from stridesense.model import Foot, RawPacket

PROFILE: Final = "stridesense"
SUFFIX: Final = ".mcap"
CHUNK_BYTES: Final = 64 * 1024
RAW_ENCODING: Final = "application/octet-stream"
JSON_ENCODING: Final = "json"

STRIDE_TOPIC: Final = "/event/stride"
CUE_TOPIC: Final = "/event/cue"
TRUTH_TOPIC: Final = "/truth"
INSTRUCTION_TOPIC: Final = "/event/instruction"
SETUP_TOPIC: Final = "/setup"

SESSION_METADATA: Final = "session"
CHANNELS_METADATA: Final = "channels"
_SEAL: Final = "crc32"
_END_OF_TIME_NS: Final = 1 << 64  # MCAP counts in 64 bits


@dataclass(frozen=True, slots=True)
class SessionMeta:
    """What is known of a session when its recording begins.

    `anchor_unix_ns` is the wall clock (Unix time) at the session's time zero; `source` says where the packets
    come from; `details` holds anything else as text, such as the scenario of a simulated run.
    """

    session_id: str
    anchor_unix_ns: int
    source: str
    software_version: str = __version__
    details: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, source: str, **details: str) -> Self:
        """A session that begins now, with a fresh id."""
        return cls(uuid4().hex, time.time_ns(), source, details=details)

    def to_metadata(self) -> dict[str, str]:
        """The fields as text, sealed."""
        return sealed(
            {
                **self.details,
                "session_id": self.session_id,
                "anchor_unix_ns": str(self.anchor_unix_ns),
                "source": self.source,
                "software_version": self.software_version,
            }
        )

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Self | None:
        """The session of a Metadata record, or None when it is damaged or of no possible time."""
        details = unsealed(metadata)
        if details is None:
            return None
        anchor_unix_ns = int(details.pop("anchor_unix_ns"))
        if not 0 <= anchor_unix_ns < _END_OF_TIME_NS:
            return None
        return cls(
            session_id=details.pop("session_id"),
            anchor_unix_ns=anchor_unix_ns,
            source=details.pop("source"),
            software_version=details.pop("software_version"),
            details=details,
        )


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of message; a channel without a foot carries JSON records."""

    topic: str
    protocol: str = ""
    foot: Foot | None = None
    characteristic: str = ""

    @property
    def encoding(self) -> str:
        """MCAP's message encoding."""
        return RAW_ENCODING if self.foot else JSON_ENCODING

    @property
    def metadata(self) -> dict[str, str]:
        """MCAP's channel metadata."""
        if self.foot is None:
            return {}
        return {"protocol": self.protocol, "foot": self.foot.value, "characteristic": self.characteristic}

    @classmethod
    def from_metadata(cls, topic: str, metadata: Mapping[str, str]) -> Self:
        """The channel that MCAP describes so.

        Raises:
            ValueError: the metadata name a foot that does not exist.
            KeyError: the metadata are not ours.
        """
        if not metadata:
            return cls(topic)
        return cls(topic, metadata["protocol"], Foot(metadata["foot"]), metadata["characteristic"])

    def packet(self, payload: bytes, arrival_ns: int) -> RawPacket:
        """The packet that a message of this channel stands for."""
        return RawPacket(self.foot or Foot.UNKNOWN, self.protocol, self.characteristic, payload, arrival_ns)


def segment_path(path: Path, number: int) -> Path:
    """Where segment `number` (1, 2, ...) of the recording at `path` lies."""
    return path if number == 1 else path.with_suffix(f".{number}{SUFFIX}")


@lru_cache(maxsize=256)
def raw_channel(foot: Foot, protocol: str, characteristic: str) -> Channel:
    """The channel of a pod's packets: one for each foot, protocol and characteristic."""
    topic = f"/raw/{foot}" if characteristic == "data" else f"/raw/{foot}/{characteristic}"
    return Channel(topic, protocol, foot, characteristic)


def channels_to_metadata(channels: Mapping[int, Channel]) -> dict[str, str]:
    """The channels by their number in the file, sealed."""
    return sealed({str(number): json.dumps([c.topic, c.metadata]) for number, c in channels.items()})


def channels_from_metadata(metadata: Mapping[str, str]) -> dict[int, Channel]:
    """The channels of a Metadata record; none when it is damaged."""
    described = unsealed(metadata) or {}
    return {int(number): Channel.from_metadata(*json.loads(text)) for number, text in described.items()}


def sealed(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with a checksum over them all."""
    return {**fields, _SEAL: _checksum(fields)}


def unsealed(fields: Mapping[str, str]) -> dict[str, str] | None:
    """The fields without their checksum, or None when it does not match."""
    rest = dict(fields)
    seal = rest.pop(_SEAL, None)
    return rest if seal == _checksum(rest) else None


def _checksum(fields: Mapping[str, str]) -> str:
    return f"{zlib.crc32(json.dumps(sorted(fields.items())).encode()):08x}"
