"""Axes and pitch, against motions whose truth is exact."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from dsp.worn import errors, seen, session
from stridesense.dsp.alignment import (
    axis_confidence,
    foot_axes,
    mediolateral_axis,
    stillness,
    toes_up_sign,
)
from stridesense.dsp.conditioner import Conditioner
from stridesense.dsp.kernels import Memory
from stridesense.dsp.orientation import OrientationState, orient, planted_up, reframed
from stridesense.dsp.projection import FootAxes
from stridesense.model import Foot, Gap, GapCause, SampleBlock, SignalBlock, ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.model.signals import PITCH_DEG, TILT_OFFSET_DEG
from stridesense.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

RATE_HZ = 208.0
QUARTERS = [Rotation.from_euler(axis, angle, degrees=True) for axis in "xyz" for angle in (90, 180, 270)]
MOUNTS = [Rotation.identity(), *QUARTERS, *Rotation.random(8, random_state=5)]


def foot_motion(standing_s: float = 3.0, moving_s: float = 10.0) -> tuple[FloatArray, FloatArray]:
    """Times and true pitch in rad of a foot that stands flat, then swings between +15 and -100 deg."""
    t = np.arange(0.0, standing_s + moving_s, 1.0 / RATE_HZ)
    phase = np.maximum(0.0, t - standing_s) / 0.6 % 1.0
    swing = np.clip((phase - 0.4) / 0.6, 0.0, 1.0)
    pitch = -57.5 * (1.0 - np.cos(2.0 * np.pi * swing)) + 15.0 * np.sin(2.0 * np.pi * swing) ** 2
    return t, pitch * RAD_PER_DEG


def worn(pitch_rad: FloatArray, t: FloatArray, mount: Rotation) -> SampleBlock:
    """What a pod 7 cm behind and 6.5 cm above a fixed ball of the foot measures, in the pod's own axes."""
    zero, back, up = np.zeros_like(pitch_rad), 0.07, 0.065
    rate = np.gradient(pitch_rad, t)
    turn = np.gradient(rate, t)
    forward = STANDARD_GRAVITY_MPS2 * np.sin(pitch_rad) - turn * up + rate**2 * back
    upward = STANDARD_GRAVITY_MPS2 * np.cos(pitch_rad) - turn * back - rate**2 * up
    acc = np.stack([forward, zero, upward], axis=1)
    gyr = np.stack([zero, -rate, zero], axis=1)
    clipped = np.zeros(len(t), dtype=np.bool_)
    return SampleBlock(Foot.LEFT, 0, RATE_HZ, t.copy(), mount.apply(acc), mount.apply(gyr), clipped)


def signals(block: SampleBlock) -> SignalBlock:
    """The whole block as signals, which must come as one."""
    conditioner = Conditioner()
    out = [*conditioner.process(block), *conditioner.flush()]
    blocks = [item for item in out if isinstance(item, SignalBlock)]
    columns = np.concatenate([item.columns for item in blocks], axis=1)
    assert columns.shape[1] == len(block)
    return replace(blocks[-1], columns=columns)


def pitch_deg(seen: SignalBlock) -> FloatArray:
    """Pitch against standing flat."""
    pitch: FloatArray = seen.columns[PITCH_DEG] + seen.columns[TILT_OFFSET_DEG]
    return pitch


@pytest.mark.parametrize("mount", MOUNTS, ids=range(len(MOUNTS)))
def test_pitch_is_right_in_any_mounting_and_beyond_ninety_degrees(mount: Rotation) -> None:
    t, pitch = foot_motion()
    seen = signals(worn(pitch, t, mount))
    error = pitch_deg(seen) - pitch / RAD_PER_DEG
    assert np.degrees(pitch).min() < -100.0
    assert np.abs(error).max() < 2.0
    assert seen.zero is ZeroReference.STANDING
    assert seen.axis_confidence > 0.99


@pytest.mark.parametrize("mount", MOUNTS[:4], ids=range(4))
def test_without_a_standing_start_the_signals_say_so(mount: Rotation) -> None:
    t, pitch = foot_motion(standing_s=0.0)
    assert signals(worn(pitch, t, mount)).zero is ZeroReference.STANCE


def test_a_foot_that_never_moves_gives_no_signals() -> None:
    t, pitch = foot_motion(standing_s=30.0, moving_s=0.0)
    conditioner = Conditioner()
    assert conditioner.process(worn(pitch, t, MOUNTS[0])) == []
    assert conditioner.flush() == []
    held = conditioner.state.held  # type: ignore[attr-defined]
    assert sum(len(block) for block in held) <= 13.0 * RATE_HZ


def test_a_held_heel_is_not_erased() -> None:
    t, pitch = foot_motion(moving_s=30.0)
    held = np.where(t > 15.0, -12.0 * RAD_PER_DEG, 0.0)
    resting = np.abs(pitch) < 1e-9
    seen = signals(worn(pitch + held, t, MOUNTS[3]))
    late = resting & (t > 25.0)
    assert pitch_deg(seen)[late] == pytest.approx(-12.0, abs=2.0)


def test_a_gap_passes_in_its_place() -> None:
    t, pitch = foot_motion()
    conditioner = Conditioner()
    before = conditioner.process(worn(pitch, t, MOUNTS[1]))
    gap = Gap(Foot.LEFT, float(t[-1]), float(t[-1]) + 1.0, 208, GapCause.RADIO)
    assert isinstance(before[-1], SignalBlock)
    assert conditioner.process(gap) == [gap]


def test_the_axis_and_its_sign_come_out_of_a_tumbling_mount() -> None:
    rng = np.random.default_rng(3)
    t, pitch = foot_motion()
    rate = np.gradient(pitch, t)
    for mount in MOUNTS:
        right = mount.apply([0.0, -1.0, 0.0])
        gyr = np.outer(rate, right) + rng.normal(0.0, 0.3, (len(t), 3))
        axis, share = mediolateral_axis(np.einsum("ni,nj->ij", gyr, gyr), None)
        axis = axis * toes_up_sign(gyr @ axis, t)
        assert axis @ right > np.cos(2.0 * RAD_PER_DEG)
        assert share > 0.8
        axes = np.array(foot_axes(axis, mount.apply([0.0, 0.0, 1.0]), np.zeros(3))[:9]).reshape(3, 3)
        assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)


@pytest.mark.parametrize("mount", MOUNTS[-4:])
def test_told_in_other_axes_the_attitude_is_the_same(mount: Rotation) -> None:
    old = foot_axes(mount.apply([0.0, -1.0, 0.0]), mount.apply([0.0, 0.0, 1.0]), np.zeros(3))
    tipped = mount * Rotation.from_euler("xyz", (4.0, -7.0, 11.0), degrees=True)
    new = foot_axes(tipped.apply([0.0, -1.0, 0.0]), tipped.apply([0.0, 0.0, 1.0]), np.full(3, 0.01))
    before = orient.begin(
        OrientationState(
            up_forward=0.36, up_left=0.48, up_up=0.8, tilt_rad=np.arctan2(0.36, 0.8), usual_pitch_deg=20.0
        )
    )
    after = reframed(before, old, new)

    def seen(memory: Memory, axes: FootAxes, name: str) -> FloatArray:
        forward, left, up = (float(memory[f"{name}_{axis}"][0]) for axis in ("forward", "left", "up"))
        return forward * axes.forward - left * axes.ml + up * axes.up

    for name in ("up", "ahead"):
        assert seen(after, new, name) == pytest.approx(seen(before, old, name), abs=1e-12)
    assert planted_up(after, new) == pytest.approx(planted_up(before, old), abs=1e-12)
    assert abs(float(after["offset_deg"][0])) > 1.0
    assert float(after["tilt_rad"][0]) * DEG_PER_RAD - float(after["offset_deg"][0]) == pytest.approx(
        float(before["tilt_rad"][0]) * DEG_PER_RAD, abs=1e-9
    )
    assert float(after["bias_dps"][0]) == pytest.approx(-0.01 * new.ml.sum() * DEG_PER_RAD)


@pytest.mark.parametrize(
    ("acc_noise", "gyr_noise", "tilt_g", "still"),
    [(0.05, 0.002, 1.0, True), (3.0, 0.002, 1.0, False), (0.05, 0.3, 1.0, False), (0.05, 0.002, 1.5, False)],
)
def test_stillness_is_gravity_and_no_rotation(
    acc_noise: float, gyr_noise: float, tilt_g: float, *, still: bool
) -> None:
    rng = np.random.default_rng(1)
    acc = rng.normal((0.0, 0.0, tilt_g * STANDARD_GRAVITY_MPS2), acc_noise, (52, 3))
    seen = stillness(acc, rng.normal(0.02, gyr_noise, (52, 3)))
    assert (seen is not None) is still


def test_a_run_that_ends_at_any_sample_keeps_all_its_samples() -> None:
    t, pitch = foot_motion()
    whole = worn(pitch, t, MOUNTS[2])
    aligned = 0
    for n in range(int(3.5 * RATE_HZ), int(8.0 * RATE_HZ), 5):
        conditioner = Conditioner()
        parts = {
            name: getattr(whole, name)[:n].copy() for name in ("t_s", "acc_mps2", "gyr_radps", "clipped")
        }
        out = [*conditioner.process(replace(whole, **parts)), *conditioner.flush()]
        if conditioner.state.alignment is not None:  # type: ignore[attr-defined]
            aligned += 1
            assert sum(len(item) for item in out if isinstance(item, SignalBlock)) == n
    assert aligned > 100


def test_a_few_samples_at_the_end_are_no_standing_start() -> None:
    t, pitch = foot_motion(standing_s=0.0, moving_s=6.0)
    for n in range(int(4.0 * RATE_HZ), len(t), 3):
        conditioner = Conditioner()
        whole = worn(pitch[:n], t[:n], MOUNTS[4])
        for item in [*conditioner.process(whole), *conditioner.flush()]:
            assert not isinstance(item, SignalBlock) or item.zero is ZeroReference.STANCE


@pytest.mark.parametrize(
    ("spread", "tilted_deg", "least", "most"),
    [
        ((0.1, 10.0, 0.1), 0.0, 0.99, 1.0),
        ((3.0, 10.0, 3.0), 0.0, 0.75, 0.95),
        ((10.0, 10.0, 10.0), 0.0, 0.0, 0.6),
        ((0.1, 10.0, 0.1), 20.0, 0.6, 0.9),
        ((0.1, 10.0, 0.1), 50.0, 0.0, 0.01),
    ],
)
def test_confidence_falls_with_other_rotation_and_with_an_axis_that_is_not_level(
    spread: tuple[float, float, float], tilted_deg: float, least: float, most: float
) -> None:
    rng = np.random.default_rng(2)
    gyr = Rotation.from_euler("x", tilted_deg, degrees=True).apply(rng.normal(0.0, spread, (2000, 3)))
    rotation, up = np.einsum("ni,nj->ij", gyr, gyr), np.array([0.0, 0.0, 1.0])
    confidence = axis_confidence(rotation, up, mediolateral_axis(rotation, up)[1])
    assert least <= confidence <= most


def test_a_walking_start_finds_the_axes_in_any_mounting() -> None:
    run = session("stand 3\nwalk 20", pod="mount_left_deg = [180.0, 40.0, -90.0]")
    signals_seen = seen(run)
    off = errors(run, signals_seen)
    assert abs(off.stance_deg).max() < 1.5
    assert signals_seen.blocks[-1].axis_confidence > 0.9


def test_the_axis_follows_a_pod_that_turns_by_a_little() -> None:
    slip = 'slip = {foot = "left", at_s = 15.0, turn_deg = [0.0, 0.0, 7.0]}'
    quiet, slipped = (seen(session("stand 3\nrun 50 speed_mps=3", pod=pod)) for pod in ("", slip))
    late = quiet.columns["t_s"] > 45.0
    roll_dps = [signals_seen.columns["roll_rate_dps"][late].std() for signals_seen in (quiet, slipped)]
    assert roll_dps[1] == pytest.approx(roll_dps[0], rel=0.1)
    assert slipped.moved_s is None
