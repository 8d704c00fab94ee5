"""The short texts that describe a CSV file on the command line.

    time        t_ms:ms                          column and unit: s, ms, us or ns
    acc, gyr    ax,ay,az:g                       three columns and their unit
                ax,ay,az:4096lsb/g               counts, so many for a unit; also written lsb/4096g
                ax,ay,az:0.122mg/lsb             counts, so much for each
                left=lx,ly,lz:g                  the columns of one of two pods
                "Acc, X","Acc, Y","Acc, Z":g     names that hold commas stand in double quotes
    ranges      8g, 1000dps                      where the sensor clips

Units of acc are m/s2 (m/s^2), g and mg, of gyr rad/s, dps (deg/s) and mdps, in any case. The unit follows the
last colon, so names may hold colons, blanks and parentheses as they are.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from stridesense.errors import UsageError
from stridesense.model import Foot
from stridesense.recording.mapping import AxesColumns, CsvMapping, FootColumns, TimeColumn
from stridesense.recording.presets import PRESETS
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

Quantity = Literal["acc", "gyr"]

_UNITS_PER_S: Final = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_UNITS: Final[Mapping[Quantity, Mapping[str, float]]] = {
    "acc": {
        "m/s2": 1.0,
        "m/s^2": 1.0,
        "g": STANDARD_GRAVITY_MPS2,
        "mg": STANDARD_GRAVITY_MPS2 / 1000,
    },
    "gyr": {
        "rad/s": 1.0,
        "dps": RAD_PER_DEG,
        "deg/s": RAD_PER_DEG,
        "mdps": RAD_PER_DEG / 1000,
    },
}
_EXAMPLE: Final[Mapping[Quantity, str]] = {
    "acc": "ax,ay,az:m/s2 or ax_raw,ay_raw,az_raw:4096lsb/g",
    "gyr": "gx,gy,gz:dps or gx_raw,gy_raw,gz_raw:32.8lsb/dps",
}
_RANGE_EXAMPLE: Final[Mapping[Quantity, str]] = {"acc": "8g", "gyr": "1000dps"}
_NUMBER: Final = r"(?P<number>\d+(?:\.\d*)?(?:e[+-]?\d+)?)"
_COUNTS_PER_UNIT: Final = (
    re.compile(rf"{_NUMBER}\s*lsb/(?P<unit>.+)"),
    re.compile(rf"lsb/{_NUMBER}\s*(?P<unit>.+)"),
)
_UNIT_PER_COUNT: Final = re.compile(rf"{_NUMBER}\s*(?P<unit>.+)/lsb")
_AMOUNT: Final = re.compile(rf"{_NUMBER}\s*(?P<unit>.+)")
_SIDE: Final = re.compile(r"(?P<foot>left|right|unknown)=(?P<rest>.*)", re.IGNORECASE)


def parse_mapping(
    *,
    preset: str | None = None,
    time: str | None = None,
    rate_hz: float | None = None,
    acc: Sequence[str] = (),
    gyr: Sequence[str] = (),
    foot: str | None = None,
    foot_column: str | None = None,
    acc_range: str | None = None,
    gyr_range: str | None = None,
    delimiter: str | None = None,
    header_rows: int | None = None,
) -> CsvMapping:
    """The mapping that the options describe; each that is given takes the place of the preset's.

    Args:
        preset: a name of `presets.PRESETS` to begin with.
        time: time column and unit.
        rate_hz: sampling rate of a file without a time column.
        acc: columns and unit, once for each pod.
        gyr: columns and unit, once for each pod, in the order of `acc`.
        foot: "left", "right" or "unknown".
        foot_column: the column that tells the foot.
        acc_range: the accelerometer's range.
        gyr_range: the gyroscope's range.
        delimiter: one character, or "tab".
        header_rows: how many rows of names there are.

    Raises:
        UsageError: an option is not valid; the message shows one that is.
    """
    changes = {
        **_timing(time, rate_hz),
        **_pods(acc, gyr, foot),
        "foot_column": foot_column,
        "foot_column_optional": False if foot_column else None,
        "acc_range_mps2": _range("acc", acc_range),
        "gyr_range_radps": _range("gyr", gyr_range),
        "delimiter": "\t" if delimiter in {"tab", "\\t"} else delimiter,
        "header_rows": header_rows,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if preset is None:
        return _described(given)
    base = _preset(preset)
    if foot is not None and not acc:
        given["feet"] = _worn_on(base.feet, _foot(foot))
    if time or rate_hz is not None:
        given = {"time": None, "rate_hz": None, **given}
    return replace(base, **given)


def _described(given: dict[str, Any]) -> CsvMapping:
    if "feet" not in given:
        msg = f"name the columns (--acc {_EXAMPLE['acc']}, --gyr {_EXAMPLE['gyr']}) or a --preset"
        raise UsageError(msg)
    return CsvMapping(**given)


def _preset(name: str) -> CsvMapping:
    if name not in PRESETS:
        msg = f"no preset {name!r}; known are {', '.join(PRESETS)}"
        raise UsageError(msg)
    return PRESETS[name]


def _timing(time: str | None, rate_hz: float | None) -> dict[str, Any]:
    if time is not None and rate_hz is not None:
        msg = "time is told either by a column (--time) or by a rate (--rate), not by both"
        raise UsageError(msg)
    if time is None:
        return {"rate_hz": rate_hz}
    column, _, unit = time.rpartition(":")
    if not column or unit not in _UNITS_PER_S:
        msg = f"--time takes a column and s, ms, us or ns, like t_ms:ms, not {time!r}"
        raise UsageError(msg)
    return {"time": TimeColumn(column, _UNITS_PER_S[unit])}


def _pods(acc: Sequence[str], gyr: Sequence[str], foot: str | None) -> dict[str, Any]:
    if not acc and not gyr:
        return {}
    default = _foot(foot or Foot.UNKNOWN)
    accs = dict(_axes("acc", text, default) for text in acc)
    gyrs = dict(_axes("gyr", text, default) for text in gyr)
    if accs.keys() != gyrs.keys() or len(accs) != len(acc) or len(gyrs) != len(gyr):
        msg = "give --acc and --gyr once for each pod; two pods are told apart like left=lx,ly,lz:g"
        raise UsageError(msg)
    return {"feet": tuple(FootColumns(worn, accs[worn], gyrs[worn]) for worn in accs)}


def _worn_on(feet: tuple[FootColumns, ...], foot: Foot) -> tuple[FootColumns, ...]:
    if len(feet) != 1:
        msg = "this preset knows both feet already: leave out --foot"
        raise UsageError(msg)
    return (replace(feet[0], foot=foot),)


def _axes(quantity: Quantity, text: str, foot: Foot) -> tuple[Foot, AxesColumns]:
    side = _SIDE.fullmatch(text)
    names, _, unit = (side["rest"] if side else text).rpartition(":")
    columns = next(csv.reader([names], skipinitialspace=True), [])
    if len(columns) != 3 or not all(columns):
        msg = f"--{quantity} takes three columns and a unit, like {_EXAMPLE[quantity]}, not {text!r}"
        raise UsageError(msg)
    x, y, z = columns
    return _foot(side["foot"]) if side else foot, AxesColumns(
        (x, y, z), _scale(quantity, unit.strip().lower())
    )


def _scale(quantity: Quantity, text: str) -> float:
    units = _UNITS[quantity]
    for pattern in _COUNTS_PER_UNIT:
        if (match := pattern.fullmatch(text)) and match["unit"] in units and float(match["number"]) > 0:
            return units[match["unit"]] / float(match["number"])
    match = _UNIT_PER_COUNT.fullmatch(text)
    if match and match["unit"] in units and float(match["number"]) > 0:
        return units[match["unit"]] * float(match["number"])
    if text not in units:
        known = ", ".join(units)
        msg = f"--{quantity} knows no unit {text!r}, but {known} and counts, like {_EXAMPLE[quantity]}"
        raise UsageError(msg)
    return units[text]


def _range(quantity: Quantity, text: str | None) -> float | None:
    if text is None:
        return None
    units = _UNITS[quantity]
    match = _AMOUNT.fullmatch(text.strip().lower())
    if not match or match["unit"] not in units or not float(match["number"]) > 0:
        known = ", ".join(units)
        msg = f"--{quantity}-range takes an amount in {known}, like {_RANGE_EXAMPLE[quantity]}, not {text!r}"
        raise UsageError(msg)
    return float(match["number"]) * units[match["unit"]]


def _foot(text: str) -> Foot:
    try:
        return Foot(text.lower())
    except ValueError as error:
        msg = f"a foot is left, right or unknown, not {text!r}"
        raise UsageError(msg) from error
