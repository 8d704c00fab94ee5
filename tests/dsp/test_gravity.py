"""Pitch against the truth of virtual runners: any landing, speed, shoe and place of the pod."""

import numpy as np
import pytest

from dsp.worn import errors, seen, session
from stridesense.model import Foot, ZeroReference
from stridesense.units import DEG_PER_RAD

MODELS = ("rigid_sole", "soft_shoe")


def run_at(speed_mps: float, strike: str, seconds: float = 25.0) -> str:
    return f'stand 3\nrun {seconds} speed_mps={speed_mps} strike="{strike}"'


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("strike", ["rearfoot", "midfoot", "forefoot"])
@pytest.mark.parametrize("speed_mps", [2.5, 5.5])
def test_pitch_holds_for_every_landing_and_speed(model: str, strike: str, speed_mps: float) -> None:
    run = session(run_at(speed_mps, strike), model=model)
    off = errors(run, seen(run)).after(6.0)
    assert len(off.contact_s) > 25
    assert abs(off.landing_deg.mean()) < 2.0
    assert off.landing_deg.std() < 0.7
    assert abs(off.stance_deg.mean()) < 1.3
    assert off.stance_deg.std() < 0.5


@pytest.mark.parametrize("position_m", ["[-0.03, 0.03, 0.03]", "[-0.14, 0.0, 0.10]"])
def test_where_the_pod_sits_on_the_foot_need_not_be_known(position_m: str) -> None:
    run = session(run_at(3.5, "forefoot"), pod=f"position_m = {position_m}")
    off = errors(run, seen(run)).after(6.0)
    assert abs(off.stance_deg.mean()) < 1.3
    assert off.stance_deg.std() < 0.5


@pytest.mark.parametrize("model", MODELS)
def test_a_heel_that_is_held_for_long_is_neither_erased_nor_left_behind(model: str) -> None:
    run = session(
        'stand 3\nrun 20 speed_mps=3\nrun 60 speed_mps=3 heel="held" held_mm=20\nrun 20 speed_mps=3',
        model=model,
    )
    off = errors(run, seen(run))
    kissed, held, kissed_again = off.after(6.0, 23.0), off.after(25.0, 83.0), off.after(84.5)
    assert max(s.plateau_angle_deg for s in run.truth if 27.0 < s.initial_contact_s < 80.0) < -4.0
    for part in (kissed, held, kissed_again):
        assert abs(part.stance_deg).max() < 1.5
    assert abs(kissed_again.stance_deg.mean() - kissed.stance_deg.mean()) < 1.0


def test_hills_bends_and_walks_leave_the_pitch_as_it_is() -> None:
    run = session(
        "stand 3\nwalk 15\nrun 15 speed_mps=3 grade_percent=8\nrun 15 speed_mps=3 grade_percent=-8\n"
        "turn 6 turn_deg=360\nwalk 10\nrun 15 speed_mps=4.5"
    )
    off = errors(run, seen(run)).after(6.0)
    assert abs(off.stance_deg).max() < 3.0
    assert np.sqrt((off.stance_deg**2).mean()) < 1.2


def test_a_gyroscope_that_warms_up_does_not_carry_the_pitch_away() -> None:
    run = session("stand 3\nrun 150 speed_mps=3", pod="noise = 2.0")
    signals = seen(run)
    integral = signals.columns["tilt_offset_deg"]
    assert np.ptp(integral) > 1.0
    assert abs(errors(run, signals).after(6.0).stance_deg).max() < 3.0


def test_what_clipping_hides_is_told_as_doubt() -> None:
    whole = session(run_at(5.0, "rearfoot"))
    clipped = session(run_at(5.0, "rearfoot"), pod="gyr_range_dps = 500")
    sd_deg = [float(np.median(seen(run).columns["pitch_sd_deg"])) for run in (whole, clipped)]
    assert sd_deg[0] < 1.0
    assert sd_deg[1] > 2.0 * sd_deg[0]


@pytest.mark.parametrize("model", MODELS)
def test_a_run_joined_in_its_middle_takes_the_planted_foot_for_flat(model: str) -> None:
    run = session(run_at(3.0, "rearfoot"), model=model)
    signals = seen(run, begin_s=8.0)
    assert {block.zero for block in signals.blocks} == {ZeroReference.STANCE}
    off = errors(run, signals).after(14.0)
    assert abs(off.stance_deg.mean()) < 3.0
    assert off.stance_deg.std() < 0.5


def test_standing_later_gives_a_run_its_flat_reference() -> None:
    run = session('stand 3\nrun 15 speed_mps=3 heel="held"\nstand 6\nrun 15 speed_mps=3')
    signals = seen(run, begin_s=6.0)
    assert [block.zero for block in signals.blocks if block.t_s[-1] < 17.0][-1] is ZeroReference.STANCE
    assert signals.blocks[-1].zero is ZeroReference.STANDING
    off = errors(run, signals)
    assert abs(off.after(8.0, 17.0).stance_deg.mean()) > 3.0
    assert abs(off.after(26.0).stance_deg.mean()) < 1.5


def test_after_a_hole_the_first_stance_brings_the_pitch_back_with_the_heel_still_held() -> None:
    run = session('stand 3\nrun 25 speed_mps=3 heel="held" held_mm=20')
    toe_off_s = [stride.terminal_contact_s for stride in run.truth]
    hole_s = next(moment for moment in toe_off_s if moment > 15.0) + 0.1
    signals = seen(run, hole_s=hole_s)
    t_s, sd_deg = signals.columns["t_s"], signals.columns["pitch_sd_deg"]
    true_deg = run.feet[Foot.LEFT].trajectory.pitch(t_s) * DEG_PER_RAD
    off = signals.columns["pitch_deg"] + signals.columns["tilt_offset_deg"] - true_deg
    back_s = next(moment for moment in toe_off_s if moment > hole_s + 0.2)
    blind = (t_s > hole_s + 0.1) & (t_s < back_s - 0.3)
    back = (t_s > back_s + 0.05) & (t_s < back_s + 0.5)
    assert sd_deg[blind].min() > 20.0
    assert sd_deg[back].max() < 3.0
    assert np.abs(off[back] - 360.0 * np.round(off[back] / 360.0)).max() < 4.0
