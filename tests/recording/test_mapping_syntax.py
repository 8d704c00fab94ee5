from typing import Any

import pytest

from stridesense.errors import UsageError
from stridesense.model import Foot
from stridesense.recording.mapping import TimeColumn
from stridesense.recording.mapping_syntax import parse_mapping
from stridesense.recording.presets import PRESETS
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

G = STANDARD_GRAVITY_MPS2


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("m/s2", 1.0),
        ("m/s^2", 1.0),
        ("g", G),
        ("G", G),
        ("mg", G / 1000),
        ("4096lsb/g", G / 4096),
        ("4096 LSB/g", G / 4096),
        ("lsb/4096g", G / 4096),
        ("lsb/2048g", G / 2048),
        ("0.122mg/lsb", 0.122 * G / 1000),
        ("0.0023942 m/s2/LSB", 0.0023942),
    ],
)
def test_units_and_counts_of_acceleration(unit: str, scale: float) -> None:
    mapping = parse_mapping(rate_hz=100, acc=[f"x,y,z:{unit}"], gyr=["p,q,r:dps"])
    assert mapping.feet[0].acc.scale == pytest.approx(scale, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("rad/s", 1.0),
        ("dps", RAD_PER_DEG),
        ("deg/s", RAD_PER_DEG),
        ("mdps", RAD_PER_DEG / 1000),
        ("32.8lsb/dps", RAD_PER_DEG / 32.8),
        ("lsb/32.8dps", RAD_PER_DEG / 32.8),
        ("70mdps/lsb", 0.07 * RAD_PER_DEG),
        ("1.2e-3 rad/s/lsb", 1.2e-3),
    ],
)
def test_units_and_counts_of_angular_velocity(unit: str, scale: float) -> None:
    mapping = parse_mapping(rate_hz=100, acc=["x,y,z:g"], gyr=[f"p,q,r:{unit}"])
    assert mapping.feet[0].gyr.scale == pytest.approx(scale, rel=1e-12)


@pytest.mark.parametrize(("unit", "units_per_s"), [("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)])
def test_units_of_time(unit: str, units_per_s: float) -> None:
    mapping = parse_mapping(time=f"Time (s): total:{unit}", acc=["x,y,z:g"], gyr=["p,q,r:dps"])
    assert mapping.time == TimeColumn("Time (s): total", units_per_s)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("ax,ay,az:g", ("ax", "ay", "az")),
        ("Acc X (g), Acc Y (g), Acc Z (g):g", ("Acc X (g)", "Acc Y (g)", "Acc Z (g)")),
        ('"Acc, X","Acc, Y","Acc, Z":g', ("Acc, X", "Acc, Y", "Acc, Z")),
        ("imu:ax,imu:ay,imu:az:g", ("imu:ax", "imu:ay", "imu:az")),
        ('"the ""x""",y,z:g', ('the "x"', "y", "z")),
    ],
)
def test_names_of_columns_may_hold_anything(text: str, columns: tuple[str, str, str]) -> None:
    mapping = parse_mapping(rate_hz=100, acc=[text], gyr=["p,q,r:dps"])
    assert mapping.feet[0].acc.columns == columns


def test_two_pods_are_told_apart_whatever_their_order() -> None:
    mapping = parse_mapping(
        rate_hz=100,
        acc=["left=a,b,c:g", "right=d,e,f:g"],
        gyr=["right=g,h,i:dps", "left=j,k,l:dps"],
    )
    assert [(f.foot, f.acc.columns[0], f.gyr.columns[0]) for f in mapping.feet] == [
        (Foot.LEFT, "a", "j"),
        (Foot.RIGHT, "d", "g"),
    ]


def test_options_take_the_place_of_what_a_preset_says() -> None:
    mapping = parse_mapping(preset="mpu6050", foot="right", rate_hz=500, acc_range="16g")
    assert mapping.feet[0].foot is Foot.RIGHT
    assert mapping.feet[0].acc == PRESETS["mpu6050"].feet[0].acc
    assert (mapping.time, mapping.rate_hz) == (None, 500)
    assert mapping.acc_range_mps2 == pytest.approx(16 * G)
    assert mapping.gyr_range_radps == pytest.approx(1000 * RAD_PER_DEG)


POD: dict[str, Any] = {"acc": ["a,b,c:g"], "gyr": ["d,e,f:dps"]}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, r"name the columns \(--acc ax,ay,az:m/s2"),
        (POD, "how time is told"),
        ({**POD, "time": "t:s", "rate_hz": 100.0}, "not by both"),
        ({**POD, "time": "t"}, r"like t_ms:ms, not 't'"),
        ({**POD, "time": "t:min"}, r"s, ms, us or ns, like t_ms:ms, not 't:min'"),
        ({**POD, "rate_hz": 0.0}, "above 0 Hz, not 0"),
        ({**POD, "rate_hz": -5.0}, "above 0 Hz, not -5"),
        ({**POD, "rate_hz": float("inf")}, "above 0 Hz, not inf"),
        ({**POD, "rate_hz": float("nan")}, "above 0 Hz, not nan"),
        (
            {"rate_hz": 9.0, "acc": ["a,b:g"], "gyr": POD["gyr"]},
            "three columns and a unit, like .* not 'a,b:g'",
        ),
        ({"rate_hz": 9.0, "acc": ["a,b,c"], "gyr": POD["gyr"]}, "three columns and a unit"),
        ({"rate_hz": 9.0, "acc": ["a,,c:g"], "gyr": POD["gyr"]}, "three columns and a unit"),
        ({"rate_hz": 9.0, "acc": [""], "gyr": POD["gyr"]}, "three columns and a unit"),
        ({"rate_hz": 9.0, "acc": ["a,b,c:dps"], "gyr": POD["gyr"]}, "--acc knows no unit 'dps', but m/s2"),
        ({"rate_hz": 9.0, "acc": ["a,b,c:0lsb/g"], "gyr": POD["gyr"]}, "knows no unit '0lsb/g'"),
        ({"rate_hz": 9.0, "acc": POD["acc"], "gyr": ["d,e,f:lsb/32.8"]}, "--gyr knows no unit 'lsb/32.8'"),
        ({"rate_hz": 9.0, "acc": POD["acc"]}, "once for each pod"),
        ({"rate_hz": 9.0, "acc": POD["acc"] * 2, "gyr": POD["gyr"] * 2}, "left=lx,ly,lz:g"),
        ({**POD, "rate_hz": 9.0, "foot": "both"}, "left, right or unknown, not 'both'"),
        ({**POD, "rate_hz": 9.0, "acc_range": "8"}, "--acc-range takes .* like 8g, not '8'"),
        ({**POD, "rate_hz": 9.0, "gyr_range": "1000g"}, "--gyr-range takes .* like 1000dps"),
        ({**POD, "rate_hz": 9.0, "delimiter": ";;"}, "one character"),
        ({**POD, "rate_hz": 9.0, "header_rows": -1}, "0 header rows or more"),
        ({"preset": "garmin"}, "no preset 'garmin'; known are stridesense, pyshoe"),
        ({"preset": "gaitmap", "foot": "left"}, "knows both feet already"),
        ({"preset": "gaitmap", "foot_column": "foot"}, "columns of one pod only"),
    ],
)
def test_what_is_not_valid_is_named_and_an_example_shown(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        parse_mapping(**options)
