"""Sessions to export, made of strides directly, and what was exported, read back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from garmin_fit_sdk import Decoder, Stream

from stridesense.model import Foot, PodReading, Stride
from stridesense.recording.export_session import SessionRecord
from stridesense.recording.export_table import MOMENT
from stridesense.simulator.season_plan import BOTH_FEET, Activity, Outage, Phase, SessionPlan
from stridesense.simulator.stride_runner import StrideRunner

ZERO_UNIX_S = 1_790_000_000.25
RUN_S = 60.0
TEXTS = {"foot", "gait", "strike_type", "heel_state", "flags", MOMENT}

Messages = Mapping[str, list[dict[str, Any]]]

GAP = tuple(Outage(foot=foot, start_s=20.0, end_s=200.0) for foot in BOTH_FEET)
PLANS = {
    "two feet": SessionPlan(phases=(Phase(duration_s=RUN_S),)),
    "left alone": SessionPlan(phases=(Phase(duration_s=RUN_S),), feet=(Foot.LEFT,)),
    "right alone": SessionPlan(phases=(Phase(duration_s=RUN_S),), feet=(Foot.RIGHT,)),
    "walking": SessionPlan(phases=(Phase(activity=Activity.WALK, duration_s=RUN_S, speed_mps=1.4),)),
    "standing in between": SessionPlan(
        phases=(
            Phase(duration_s=20.0),
            Phase(activity=Activity.STAND, duration_s=30.0),
            Phase(duration_s=10.0),
        )
    ),
    "three minutes unheard": SessionPlan(phases=(Phase(duration_s=220.0),), outages=GAP),
    "rope": SessionPlan(phases=(Phase(activity=Activity.ROPE_JUMP, duration_s=20.0),)),
}


def session(**changes: Any) -> SessionRecord:
    """An empty session of a minute."""
    empty = SessionRecord(
        session_id="5e55", software_version="1.2.3", zero_unix_s=ZERO_UNIX_S, end_s=RUN_S, strides=()
    )
    return replace(empty, **changes)


def made(plan: SessionPlan, **changes: Any) -> SessionRecord:
    """A virtual runner's session."""
    strides = tuple(item for item in StrideRunner(plan, seed=5).items() if isinstance(item, Stride))
    return session(**{"strides": strides, "end_s": plan.duration_s, **changes})


def told(**changes: Any) -> SessionRecord:
    """A session of a pod with figures of its own, one a second, nothing for the second half."""
    readings = tuple(
        PodReading(
            foot=Foot.LEFT,
            t_s=float(second),
            speed_mps=3.0,
            cadence_spm=171.0,
            stride_length_m=2.1,
            distance_m=100.0 + 3.0 * second,
            power_w=255.0,
        )
        for second in range(30)
    )
    return session(**{"readings": readings, **changes})


def decoded(fit: bytes) -> Messages:
    """All messages, as the official decoder reads them; each decoder can read its stream once."""
    assert Decoder(Stream.from_byte_array(bytearray(fit))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(fit))).read()
    assert errors == []
    return messages


def _value(name: str, text: str) -> object:
    """What a cell of a CSV file says."""
    if not text:
        return None
    return text if name in TEXTS else float(text)


def as_record(row: dict[str, str]) -> dict[str, object]:
    """A row of a CSV file as the record that it was made of."""
    values = {name: _value(name, text) for name, text in row.items() if name != MOMENT}
    known = {name: one for name, one in values.items() if one is not None}
    return {"type": "stride", **known, "flags": row["flags"].split()}
