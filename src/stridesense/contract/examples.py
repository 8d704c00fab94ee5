"""One payload of each kind, for documents and for whoever tries out a subscriber.

The figures are made up; the bytes are made by what makes those of a real session.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from stridesense.contract.commands import Mark
from stridesense.contract.records import record
from stridesense.contract.topics import A_FOOT, ONLINE, Envelope, Kind, topic
from stridesense.model import (
    SHAPE_POINTS,
    Band,
    Bout,
    CalfBudget,
    Change,
    Cue,
    CueEffect,
    CueKind,
    Drill,
    Foot,
    Gait,
    GapCause,
    HeelState,
    Hop,
    LinkState,
    Obeyed,
    Order,
    PodReading,
    PodReport,
    Stride,
    StrideShape,
    StrikeType,
    Theme,
    ZeroReference,
)

DEVICE: Final = "annas-pods"
SESSION: Final = "40b21ad228c54b84"
STARTED_UNIX_S: Final = 1_795_387_251.1

_HEEL: Final = "heel_kiss"

_OF_THE_RUN: Final = (
    Stride(
        foot=Foot.LEFT,
        index=57,
        gait=Gait.RUN,
        initial_contact_s=44.258,
        terminal_contact_s=44.521,
        stride_time_s=0.704,
        contact_time_s=0.263,
        swing_time_s=0.441,
        duty_factor=0.3736,
        cadence_spm=170.5,
        flight_time_s=0.089,
        strike_type=StrikeType.FOREFOOT,
        strike_angle_deg=-6.2,
        heel_off_s=44.403,
        ball_time_s=0.118,
        heel_drop_deg=2.1,
        heel_height_mm=13.6,
        heel_state=HeelState.HELD,
        push_off_rate_dps=612.0,
        push_off_index=1.12,
        impact_g=4.8,
        speed_mps=2.94,
        stride_length_m=2.07,
        calf_load=1.21,
        quality=1.0,
    ),
    StrideShape(
        foot=Foot.LEFT,
        initial_contact_s=44.258,
        stride_time_s=0.704,
        zero=ZeroReference.STANDING,
        pitch_deg=tuple(-6.0 - 0.1 * n * (SHAPE_POINTS - 1 - n) for n in range(SHAPE_POINTS)),
    ),
    PodReading(foot=Foot.LEFT, t_s=45.0, speed_mps=2.9, cadence_spm=170.0, running=True),
    PodReport(
        foot=Foot.LEFT,
        t_s=45.0,
        state=LinkState.STREAMING,
        protocol="sofp",
        battery_percent=81,
        rssi_dbm=-58,
        sampling_rate_hz=208.1,
        packets=1240,
        samples=9360,
        gaps=1,
        lost={GapCause.RADIO: 16},
    ),
    Hop(foot=Foot.LEFT, t_s=612.4, number=8, contact_time_s=0.204, heel_touched=True),
)
_OF_THE_COACH: Final = (
    CueEffect(cue_id=_HEEL, foot=Foot.LEFT, t_s=44.6, given=True, before_sd=2.5, after_sd=1.0),
    Change(
        metric="ball_time_s",
        foot=Foot.LEFT,
        t_s=1520.0,
        since_s=1344.0,
        before=0.118,
        after=0.131,
        size_sd=2.6,
    ),
    Bout(
        drill=Drill.ALTERNATING,
        start_s=604.1,
        end_s=633.9,
        hops={Foot.LEFT: 36, Foot.RIGHT: 35},
        load={Foot.LEFT: 51.3, Foot.RIGHT: 49.0},
        hops_per_minute=143.0,
        contact_time_s={Foot.LEFT: 0.206, Foot.RIGHT: 0.211},
        heel_touch_share=0.83,
        symmetry_percent=-2.4,
    ),
    CalfBudget(
        foot=Foot.LEFT, t_s=1520.0, load=2310.5, strides=2160, limit=3050.0, ratio=0.758, band=Band.AMBER
    ),
    Obeyed(order=Order.MARK, t_s=1520.0, value="the bridge"),
)
_CUE: Final = Cue(
    cue_id=_HEEL,
    theme=Theme.HEEL,
    kind=CueKind.CORRECTION,
    foot=Foot.LEFT,
    t_s=44.6,
    text="let the heel kiss down",
    reason="the left heel stayed 14 mm high in 8 of 10 strides",
    metric="heel_height_mm",
    value=13.8,
    baseline=4.1,
    window_strides=10,
    valid_for_s=2.0,
)
_RECORDS: Final[tuple[Mapping[str, object], ...]] = (
    {
        "type": "summary",
        "gait": Gait.RUN,
        "strides": 28,
        "cadence_spm": 170.2,
        "contact_time_s": 0.261,
        "heel_held_ratio": 0.75,
        "quality": 0.98,
    },
    {**record(_CUE), "valid_until": 1_795_387_297.7},
    {"type": "info", "software": "stridesense", "software_version": "0.1.0"},
    {"type": "battery", "left_percent": 81, "right_percent": 78},
    {"type": "session", "state": "running", "started": STARTED_UNIX_S, "muted": False, "theme": Theme.HEEL},
    {"type": "result", "id": "17", "command": "mark", "ok": True, "text": "the mark is set", "refused": 0},
)


@cache
def examples() -> Mapping[Kind, bytes]:
    """A payload of each kind."""
    told = [record(item) for item in (*_OF_THE_RUN, *_OF_THE_COACH)]
    made: dict[Kind, bytes] = {
        **{(kind := _kind(one)): _wrapped(kind, one) for one in (*told, *_RECORDS)},
        Kind.STATUS: ONLINE,
        Kind.COMMAND: Mark(command="mark", id="17", text="the bridge").model_dump_json().encode(),
    }
    return MappingProxyType({kind: made[kind] for kind in Kind})


def _kind(said: Mapping[str, object]) -> Kind:
    return Kind.RESULT if said["type"] == "result" else Kind(str(said["type"]))


def _wrapped(kind: Kind, said: Mapping[str, object]) -> bytes:
    foot = Foot.LEFT if kind in A_FOOT else None
    t_s = next((said[name] for name in ("t_s", "initial_contact_s", "end_s") if name in said), 44.3)
    return Envelope(SESSION).wrap(topic(DEVICE, kind, foot), STARTED_UNIX_S + float(str(t_s)), said)
