"""The frozen nouns that flow down the river; nothing here computes."""

from stridesense.model.clock import SessionZero
from stridesense.model.cues import (
    FORM_THEMES,
    Cue,
    CueEffect,
    CueKind,
    Instruction,
    Obeyed,
    Order,
    Silence,
    Theme,
    Withheld,
    theme_after,
)
from stridesense.model.events import EventKind, GaitEvent, Lost
from stridesense.model.packet import Foot, Gap, GapCause, Malformed, RawPacket
from stridesense.model.pods import LinkState, PodReading, PodReport
from stridesense.model.samples import SampleBlock
from stridesense.model.sessions import (
    Band,
    Bout,
    CalfBudget,
    Change,
    CheckIn,
    CoachReport,
    Drill,
    HalfChange,
    Hop,
    PastSession,
    Practice,
    RedFlag,
)
from stridesense.model.shapes import SHAPE_POINTS, StrideShape
from stridesense.model.signals import SignalBlock, ZeroReference
from stridesense.model.strides import Gait, HeelState, Stride, StrikeType
from stridesense.model.travel import StrideTravel

__all__ = [
    "FORM_THEMES",
    "SHAPE_POINTS",
    "Band",
    "Bout",
    "CalfBudget",
    "Change",
    "CheckIn",
    "CoachReport",
    "Cue",
    "CueEffect",
    "CueKind",
    "Drill",
    "EventKind",
    "Foot",
    "Gait",
    "GaitEvent",
    "Gap",
    "GapCause",
    "HalfChange",
    "HeelState",
    "Hop",
    "Instruction",
    "LinkState",
    "Lost",
    "Malformed",
    "Obeyed",
    "Order",
    "PastSession",
    "PodReading",
    "PodReport",
    "Practice",
    "RawPacket",
    "RedFlag",
    "SampleBlock",
    "SessionZero",
    "SignalBlock",
    "Silence",
    "Stride",
    "StrideShape",
    "StrideTravel",
    "StrikeType",
    "Theme",
    "Withheld",
    "ZeroReference",
    "theme_after",
]
