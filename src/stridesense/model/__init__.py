"""The frozen nouns that flow down the river; nothing here computes."""

from stridesense.model.cues import Cue
from stridesense.model.events import EventKind, GaitEvent, Lost
from stridesense.model.packet import Foot, Gap, GapCause, Malformed, RawPacket
from stridesense.model.pods import LinkState, PodReading, PodReport
from stridesense.model.samples import SampleBlock
from stridesense.model.signals import SignalBlock, ZeroReference
from stridesense.model.strides import Gait, HeelState, Stride, StrikeType
from stridesense.model.travel import StrideTravel

__all__ = [
    "Cue",
    "EventKind",
    "Foot",
    "Gait",
    "GaitEvent",
    "Gap",
    "GapCause",
    "HeelState",
    "LinkState",
    "Lost",
    "Malformed",
    "PodReading",
    "PodReport",
    "RawPacket",
    "SampleBlock",
    "SignalBlock",
    "Stride",
    "StrideTravel",
    "StrikeType",
    "ZeroReference",
]
