"""A pod that turns on the shoe is noticed; a runner who changes is not taken for that."""

import numpy as np
import pytest

from dsp.worn import errors, seen, session
from stridesense.model import ZeroReference

RUN = "stand 3\nrun 75 speed_mps=3"
SLIP_S = 21.3
TURNS = ["[15, 0, 0]", "[0, -15, 0]", "[0, 0, 15]", "[20, -20, 30]"]


def slipped(turn_deg: str) -> str:
    return f'slip = {{foot = "left", at_s = {SLIP_S}, turn_deg = {turn_deg}}}'


@pytest.mark.parametrize("model", ["rigid_sole", "soft_shoe"])
@pytest.mark.parametrize("turn_deg", TURNS)
def test_a_pod_that_turns_about_any_axis_is_noticed_within_a_minute(model: str, turn_deg: str) -> None:
    signals = seen(session(RUN, model=model, pod=slipped(turn_deg)))
    assert signals.moved_s is not None
    assert SLIP_S < signals.moved_s < SLIP_S + 40.0
    late = signals.blocks[-1]
    assert late.pod_moved
    assert late.zero is ZeroReference.STANCE


@pytest.mark.parametrize("turn_deg", TURNS[1:])
def test_the_axes_are_found_anew_after_the_pod_has_turned(turn_deg: str) -> None:
    run = session(RUN, pod=slipped(turn_deg))
    off = errors(run, seen(run)).after(65.0)
    assert abs(off.stance_deg.mean()) < 3.0
    assert off.stance_deg.std() < 1.0
    assert abs(off.landing_deg - off.stance_deg).mean() < 2.5


def test_standing_still_again_clears_the_doubt() -> None:
    run = session("stand 3\nrun 60 speed_mps=3\nstand 6\nrun 15 speed_mps=3", pod=slipped("[0, 15, 0]"))
    signals = seen(run)
    assert signals.moved_s is not None
    assert not signals.blocks[-1].pod_moved
    assert signals.blocks[-1].zero is ZeroReference.STANDING
    assert abs(errors(run, signals).after(72.0).stance_deg).max() < 2.5


@pytest.mark.parametrize("model", ["rigid_sole", "soft_shoe"])
def test_no_change_of_style_speed_or_slope_looks_like_a_pod_that_moved(model: str) -> None:
    changes = """
        stand 3
        walk 40
        run 40 speed_mps=2.5 strike="rearfoot"
        run 40 speed_mps=5 strike="forefoot"
        run 50 speed_mps=3 heel="held" held_mm=20
        run 40 speed_mps=3
        run 40 speed_mps=3 grade_percent=8
        run 40 speed_mps=3 grade_percent=-8
        turn 10 turn_deg=540
        walk 40 grade_percent=-8
        run 20 speed_mps=6.5
        stand 5
        run 60 speed_mps=3
        """
    assert seen(session(changes, model=model)).moved_s is None


def test_a_knock_alone_does_not_look_like_a_pod_that_moved() -> None:
    knocks = "knock = {at_s = [15.0, 15.7, 16.4, 30.2, 41.9], peak_g = 15.0, duration_ms = 40.0}"
    run = session("stand 3\nrun 50 speed_mps=3", pod=knocks)
    signals = seen(run)
    assert signals.columns["acc_g"][np.abs(signals.columns["t_s"] - 30.22) < 0.03].max() > 6.0
    assert signals.moved_s is None
    assert abs(errors(run, signals).after(6.0).stance_deg).max() < 3.0
