"""Sessions made by hand, for what the report says of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stridesense.model import Foot, PodReport, Stride, StrideShape, ZeroReference
from stridesense.report.page import page
from stridesense.report.session import About, ReportedSession
from stridesense.runtime.gathering import Gathered

ABOUT = About(began="2026-01-22 07:30", file="monday.mcap", source="ble", session_id="5e55ab" * 4)
DURATION_S = 600.0


def gathered(*items: Any) -> Gathered:
    found = Gathered()
    for item in items:
        found.report.count(item)
        found.take(item)
    return found


def shape(
    stride: Stride, *, lifted_deg: float = 0.0, zero: ZeroReference = ZeroReference.STANDING
) -> StrideShape:
    """A stride that falls from flat to -50 deg and comes back."""
    pitch_deg = tuple(-2.0 * min(number, 50 - number) + lifted_deg for number in range(51))
    return StrideShape(
        foot=stride.foot,
        initial_contact_s=stride.initial_contact_s,
        stride_time_s=stride.stride_time_s or 0.7,
        zero=zero,
        pitch_deg=pitch_deg,
    )


def drawn(strides: Iterable[Stride]) -> Iterable[Stride | StrideShape]:
    """The strides with their shapes, and moments of the contact."""
    for stride in strides:
        at_s = stride.initial_contact_s
        yield replace(
            stride, heel_down_s=at_s + 0.05, heel_off_s=at_s + 0.14, ball_time_s=0.11, heel_drop_deg=7.0
        )
        yield shape(stride)


def pod(foot: Foot = Foot.LEFT, **changes: Any) -> PodReport:
    return PodReport(**{"foot": foot, "t_s": 600.0, "protocol": "sofp", "name": "Pod 1", **changes})


def session(*items: Any, duration_s: float = DURATION_S, **about: Any) -> ReportedSession:
    return ReportedSession(replace(ABOUT, **about), replace(gathered(*items), end_s=duration_s))


def html(*items: Any, duration_s: float = DURATION_S, **about: Any) -> str:
    return page(session(*items, duration_s=duration_s, **about))
