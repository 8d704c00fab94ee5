"""What is kept of a shoe comes back as it was, or is refused in one sentence."""

import os
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gait.making import stride
from stridesense.errors import InputError, StrideSenseError, UsageError
from stridesense.gait.calibration import usual_after
from stridesense.gait.own_line import OwnLine
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import Foot
from stridesense.pipeline import PipelineParams
from stridesense.runtime.profile import (
    FootProfile,
    HabitTable,
    LineTable,
    ShoeProfile,
    load_profile,
    names,
    path_of,
    save_profile,
)

DAMAGE = {
    "not TOML": lambda text: text.replace("version", "[[version"),
    "cut short": lambda text: text[:333],
    "of another version": lambda text: text.replace("version = 1", "version = 2"),
    "unknown key": lambda text: text.replace("confidence", "confidance"),
    "unknown foot": lambda text: text.replace("feet.left", "feet.third"),
    "unknown key of the speed": lambda text: text.replace("slope_s_per_m", "slop"),
    "negative speed": lambda text: text.replace("scale = 1.02", "scale = -1.02"),
    "speed in words": lambda text: text.replace("scale = 1.02", 'scale = "fast"'),
    "axis that is no unit vector": lambda text: text.replace("up_axis = [0.0", "up_axis = [0.5"),
    "axis that is no number": lambda text: text.replace("up_axis = [0.0", "up_axis = [nan"),
    "two numbers for three axes": lambda text: text.replace("up_axis = [0.0, ", "up_axis = ["),
    "line of no weight": lambda text: text.replace("strides = 30\nweight = ", "strides = 30\nweight = -"),
    "time without a zone": lambda text: text.replace("+00:00", ""),
    "no foot": lambda text: text.partition("[feet")[0],
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_config_path", lambda _name: tmp_path / "config")
    return tmp_path / "config" / "shoes"


def foot_profile(foot: Foot = Foot.LEFT) -> FootProfile:
    strides = [
        stride(0.7 * i, foot=foot, push_off_rate_dps=500.0 + i, pull_rate_dps=300.0, speed_mps=3.0 + 0.01 * i)
        for i in range(30)
    ]
    usual = usual_after(strides, SpeedCalibration())
    return FootProfile(
        protocol="sofp",
        sampling_rate_hz=208.3,
        ml_axis=(0.0, -1.0, 0.0),
        up_axis=(0.0, 0.0, 1.0),
        bias_radps=(1e-5, -0.02, 0.0),
        confidence=0.95,
        by_speed=HabitTable.of(usual.by_speed[foot]),
        by_contact=HabitTable.of(usual.by_contact[foot]),
    )


def shoe_profile(shoe: str = "racer") -> ShoeProfile:
    return ShoeProfile(
        shoe=shoe,
        recorded=datetime(2026, 5, 4, 7, 30, tzinfo=UTC),
        speed=SpeedCalibration(scale=1.02, strides=40),
        feet={foot: foot_profile(foot) for foot in (Foot.LEFT, Foot.RIGHT)},
    )


def test_what_was_saved_is_loaded() -> None:
    path = save_profile(shoe_profile())
    assert path == path_of("racer")
    assert load_profile("racer") == shoe_profile()
    assert names() == ["racer"]


def test_without_a_date_and_without_lines_too(own_folder: Path) -> None:
    bare = foot_profile().model_copy(update={"by_speed": HabitTable(), "by_contact": HabitTable()})
    profile = ShoeProfile(shoe="bare", feet={Foot.UNKNOWN: bare})
    save_profile(profile)
    assert load_profile("bare") == profile
    assert "recorded" not in tomllib.loads((own_folder / "bare.toml").read_text())


def test_the_lines_of_a_profile_are_those_of_the_runner() -> None:
    assert set(LineTable.model_fields) == set(OwnLine.__dataclass_fields__)
    assert LineTable.of(OwnLine()) is None
    usual = usual_after(
        [stride(0.7 * i, push_off_rate_dps=480.0, speed_mps=2.9) for i in range(25)], SpeedCalibration()
    )
    habit = usual.by_speed[Foot.LEFT]
    assert HabitTable.of(habit).habit() == habit


def test_the_pipeline_starts_from_the_profile() -> None:
    params = shoe_profile().params()
    assert params.segmentation.stride.speed == SpeedCalibration(scale=1.02, strides=40)
    assert params.known_usual.by_speed[Foot.RIGHT].push_off.strides == 30
    assert params.known_axes[Foot.LEFT].up.tolist() == [0.0, 0.0, 1.0]
    assert params.known_axes[Foot.LEFT][3:6] == (1.0, 0.0, 0.0)
    assert params.detector == PipelineParams().detector


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", ".hidden", "-x", "zwei Wörter", "a" * 41, "x\n", "ü"]
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    for ask in (path_of, load_profile, lambda shoe: save_profile(shoe_profile(shoe))):
        with pytest.raises(UsageError, match="a shoe's name"):
            ask(name)


@pytest.mark.parametrize("name", ["x", "Pegasus-40", "trail_2", "a" * 40])
def test_plain_names_are_taken(name: str) -> None:
    save_profile(shoe_profile(name))
    assert load_profile(name).shoe == name


def test_an_unknown_shoe_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"'racer' \(none is known yet\)"):
        load_profile("racer")
    save_profile(shoe_profile("trail"))
    with pytest.raises(UsageError, match=r"'racer' \(known are: trail\).*stridesense calibrate"):
        load_profile("racer")


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_profile_is_refused(damage: Callable[[str], str]) -> None:
    path = save_profile(shoe_profile())
    text = path.read_text()
    assert damage(text) != text
    path.write_text(damage(text))
    with pytest.raises(InputError, match=r"racer.toml is damaged \(.+\): .*--fresh") as refused:
        load_profile("racer")
    assert "\n" not in str(refused.value)


def test_bytes_instead_of_text_are_refused() -> None:
    save_profile(shoe_profile()).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="damaged"):
        load_profile("racer")


def test_a_crash_while_writing_leaves_the_old_profile_and_no_rubbish(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_profile(shoe_profile())

    def crash(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    other = shoe_profile().model_copy(update={"speed": SpeedCalibration(scale=1.3)})
    with pytest.raises(InputError, match=r"racer.toml cannot be written: No space left"):
        save_profile(other)
    assert load_profile("racer") == shoe_profile()
    assert [file.name for file in own_folder.iterdir()] == ["racer.toml"]


def test_a_folder_that_cannot_be_made_is_told(own_folder: Path) -> None:
    own_folder.parent.write_text("a file where the folder should be")
    with pytest.raises(InputError, match="cannot be written"):
        save_profile(shoe_profile())
    with pytest.raises(UsageError, match="none is known yet"):
        load_profile("racer")


def test_a_folder_in_place_of_the_file_is_told(own_folder: Path) -> None:
    (own_folder / "racer.toml").mkdir(parents=True)
    for attempt in (lambda: load_profile("racer"), lambda: save_profile(shoe_profile())):
        with pytest.raises(StrideSenseError, match="cannot be"):
            attempt()
