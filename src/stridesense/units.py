"""Unit conversions; inside the project everything is SI, angles for people are degrees."""

from math import pi
from typing import Final

STANDARD_GRAVITY_MPS2: Final = 9.80665
DEG_PER_RAD: Final = 180.0 / pi
RAD_PER_DEG: Final = pi / 180.0
G_PER_MPS2: Final = 1.0 / STANDARD_GRAVITY_MPS2
NS_PER_S: Final = 1_000_000_000
