"""What counts as a stride, and which strides keep each other company."""

from dataclasses import replace

import pytest

from stridesense.gait.detector import WEAK_CONTACT
from stridesense.gait.plausibility import Company, Events, PlausibilityParams, hops, plausible
from stridesense.model import EventKind, Foot, Gait, GaitEvent, Stride, ZeroReference

PARAMS = PlausibilityParams()


def event(kind: EventKind, t_s: float, **changes: object) -> GaitEvent:
    plain = GaitEvent(
        kind=kind,
        foot=Foot.LEFT,
        t_s=t_s,
        known_at_s=t_s,
        pitch_deg=0.0,
        tilt_offset_deg=0.0,
        pitch_sd_deg=0.5,
        rate_dps=0.0,
        acc_g=8.0,
        zero=ZeroReference.STANDING,
        sampling_rate_hz=208.0,
        axis_confidence=0.9,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def cycle(
    start_s: float = 10.0,
    *,
    contact_s: float = 0.3,
    swing_deg: float | None = 90.0,
    leave_deg: float = 50.0,
    impact_g: float = 8.0,
    push_dps: float = 500.0,
    flags: tuple[str, ...] = (),
) -> Events:
    """The events of a running stride, with whatever is to be different."""
    return {
        EventKind.INITIAL_CONTACT: event(
            EventKind.INITIAL_CONTACT, start_s, swept_deg=swing_deg, acc_g=impact_g, flags=flags
        ),
        EventKind.HEEL_DOWN: event(EventKind.HEEL_DOWN, start_s + 0.1),
        EventKind.TERMINAL_CONTACT: event(
            EventKind.TERMINAL_CONTACT, start_s + contact_s, pitch_deg=-leave_deg, rate_dps=-push_dps
        ),
    }


def stride(start_s: float, *, stride_s: float | None = 0.75, speed_mps: float | None = 3.0) -> Stride:
    return Stride(
        foot=Foot.LEFT,
        index=0,
        gait=Gait.RUN,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + 0.3,
        contact_time_s=0.3,
        stride_time_s=stride_s,
        speed_mps=speed_mps,
        quality=1.0,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"swing_deg": 30.0, "leave_deg": 40.0, "contact_s": 0.6},
        {"leave_deg": 25.0},
        {"impact_g": 1.2},
        {"push_dps": 200.0},
        {"contact_s": 2.5},
        {"flags": (WEAK_CONTACT,)},
    ],
)
def test_a_foot_that_lacks_one_thing_makes_no_stride(changes: dict[str, object]) -> None:
    assert plausible(cycle(), PARAMS, amid=False)
    assert not plausible(cycle(**changes), PARAMS, amid=False)  # type: ignore[arg-type]


def test_amid_a_bout_a_soft_or_turning_step_counts() -> None:
    assert plausible(cycle(flags=(WEAK_CONTACT,), leave_deg=15.0), PARAMS, amid=True)


def test_a_first_step_out_of_standing_swings_little() -> None:
    assert plausible(cycle(swing_deg=24.0, leave_deg=70.0, contact_s=0.7), PARAMS, amid=False)
    assert not plausible(cycle(swing_deg=24.0, leave_deg=45.0, contact_s=0.7), PARAMS, amid=False)


def test_a_short_springy_contact_without_swing_is_a_hop() -> None:
    assert hops(cycle(swing_deg=15.0, leave_deg=25.0, contact_s=0.22, impact_g=5.0, push_dps=400.0), PARAMS)
    assert not hops(cycle(), PARAMS)


def test_a_stride_waits_for_one_like_it() -> None:
    company = Company()
    assert company.admit(stride(10.0), cycle(10.0), PARAMS) == []
    both = company.admit(stride(10.75), cycle(10.75), PARAMS)
    assert [one.initial_contact_s for one in both] == [10.0, 10.75]
    assert len(company.admit(stride(13.0), cycle(13.0), PARAMS)) == 1


@pytest.mark.parametrize(
    "second",
    [
        stride(10.75, stride_s=1.4),
        stride(11.5),
        stride(10.75, speed_mps=None),
    ],
)
def test_one_that_is_unlike_or_went_nowhere_is_no_company(second: Stride) -> None:
    company, soft = Company(), {"impact_g": 3.0}
    company.admit(stride(10.0), cycle(10.0), PARAMS)
    assert company.admit(second, cycle(second.initial_contact_s, **soft), PARAMS) == []  # type: ignore[arg-type]


def test_where_holes_hide_the_swings_a_clear_running_stride_stands_alone() -> None:
    alone = stride(10.0, stride_s=None, speed_mps=None)
    assert Company().admit(alone, cycle(swing_deg=None), PARAMS) == [alone]
    assert Company().admit(alone, cycle(swing_deg=90.0), PARAMS) == []
