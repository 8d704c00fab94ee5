"""Kinds of CSV file that are read without naming their columns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from stridesense.model import Foot
from stridesense.recording.mapping import AxesColumns, CsvMapping, FootColumns, TimeColumn
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

STRIDESENSE: Final = CsvMapping(
    feet=(
        FootColumns(
            Foot.UNKNOWN,
            AxesColumns(("acc_x", "acc_y", "acc_z"), 1.0),
            AxesColumns(("gyr_x", "gyr_y", "gyr_z"), 1.0),
        ),
    ),
    time=TimeColumn("t_s", 1.0),
    foot_column="foot",
    foot_column_optional=True,
)
"""Our own header: `t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z[,foot]` in s, m/s^2 and rad/s."""

_PYSHOE: Final = CsvMapping(
    feet=(
        FootColumns(Foot.RIGHT, AxesColumns(("ax", "ay", "az"), 1.0), AxesColumns(("gx", "gy", "gz"), 1.0)),
    ),
    time=TimeColumn("t_s", 1.0),
    gyr_range_radps=9.1,  # no data sheet: where the recordings flatten, on the axis that reads lowest
)

_MPU6050: Final = CsvMapping(
    feet=(
        FootColumns(
            Foot.UNKNOWN,
            AxesColumns(("ax_raw", "ay_raw", "az_raw"), STANDARD_GRAVITY_MPS2 / 4096),
            AxesColumns(("gx_raw", "gy_raw", "gz_raw"), RAD_PER_DEG / 32.8),
        ),
    ),
    time=TimeColumn("t_ms", 1000.0),
    acc_range_mps2=8 * STANDARD_GRAVITY_MPS2,
    gyr_range_radps=1000 * RAD_PER_DEG,
)


def _gaitmap_foot(foot: Foot) -> FootColumns:
    def axes(kind: str, scale: float) -> AxesColumns:
        x, y, z = (f"{foot}_sensor/{kind}_{axis}" for axis in "xyz")
        return AxesColumns((x, y, z), scale)

    return FootColumns(foot, axes("acc", 1.0), axes("gyr", RAD_PER_DEG))


_GAITMAP: Final = CsvMapping(
    feet=(_gaitmap_foot(Foot.LEFT), _gaitmap_foot(Foot.RIGHT)), rate_hz=204.8, header_rows=2
)

_XIO: Final = CsvMapping(
    feet=(
        FootColumns(
            Foot.UNKNOWN,
            AxesColumns(
                ("Accelerometer X (g)", "Accelerometer Y (g)", "Accelerometer Z (g)"), STANDARD_GRAVITY_MPS2
            ),
            AxesColumns(("Gyroscope X (deg/s)", "Gyroscope Y (deg/s)", "Gyroscope Z (deg/s)"), RAD_PER_DEG),
        ),
    ),
    time=TimeColumn("Time (s)", 1.0),
)

PRESETS: Final[Mapping[str, CsvMapping]] = MappingProxyType(
    {
        "stridesense": STRIDESENSE,
        "pyshoe": _PYSHOE,
        "mpu6050": _MPU6050,
        "gaitmap": _GAITMAP,
        "xio": _XIO,
    }
)
"""Our own header, PyShoe data, an MPU-6050 at +-8 g and +-1000 dps, gaitmap's example, x-io's text export."""
