"""What a calibration found, in words and figures."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Final

from rich.table import Table

from stridesense.gait.calibration import FootFindings, Mounting, SpeedLesson, pod_of
from stridesense.gait.own_line import PUSH_OFF_RATE
from stridesense.report.measures import shares
from stridesense.runtime.profile import ShoeProfile
from stridesense.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2

_ON_EDGE: Final = 0.5
_CLEAR_AXIS: Final = 0.7
_GRAVITY_OFF: Final = 0.05
_BIAS_DPS: Final = 5.0
_MANY_CLIPPED: Final = 0.01
_FAST_HZ: Final = 150.0

_DIRECTIONS: Final = (("forward", "backward"), ("left", "right"), ("up", "down"))


def findings_table(feet: Sequence[FootFindings], profile: ShoeProfile) -> Table:
    """One column a foot; what was never measured has no row."""
    table = Table("", *(found.foot for found in feet), box=None, pad_edge=False)
    for label, cell in CELLS.items():
        cells = [cell(found) for found in feet]
        if any(cells):
            table.add_row(label, *cells)
    table.add_row("usual push-off", *(_usual_push_off(found, profile) for found in feet))
    return table


def speed_sentence(lesson: SpeedLesson) -> str:
    """What the known speed has changed."""
    before, after = (
        f"{mean:+.2f} ± {spread:.2f} m/s" for mean, spread in (lesson.before_mps, lesson.after_mps)
    )
    return (
        f"speed: off by {before} before, {after} now; the measured speed is multiplied by "
        f"{lesson.factor:.3f} at {lesson.usual_mps:.2f} m/s, learned from {lesson.strides} steady strides"
        f"{'' if lesson.earlier == 0 else f' and {lesson.earlier} of earlier runs'}"
    )


def doubts(found: FootFindings) -> Iterator[str]:
    """What a person should know, or mend, before trusting this pod."""
    pod, gravity_mps2 = pod_of(found.foot), found.standing.gravity_mps2
    if found.confidence < _CLEAR_AXIS:
        yield f"{pod} does not turn about one level axis: fasten it tightly, run straight on, calibrate again"
    if abs(gravity_mps2 / STANDARD_GRAVITY_MPS2 - 1.0) > _GRAVITY_OFF:
        yield (
            f"{pod} measures gravity as {gravity_mps2:.2f} m/s^2 instead of 9.81: "
            "its accelerometer is off, or its range or unit is not what the file says"
        )
    if max(map(abs, found.standing.gyr_radps.tolist())) * DEG_PER_RAD > _BIAS_DPS:
        yield f"{pod} turns in standing as its gyroscope sees it: let it reach the temperature of the air"
    if found.clipped_share > _MANY_CLIPPED:
        yield f"{pod} has too small a range: {100.0 * found.clipped_share:.1f} % of its samples are clipped"
    if found.sampling_rate_hz < _FAST_HZ:
        yield f"{pod} is slow: above {_FAST_HZ:.0f} Hz moments of contact are told more exactly"


def _face(found: FootFindings) -> str:
    if abs(found.axes.up_z) < _ON_EDGE:
        return "on its edge"
    return "upside down" if found.axes.up_z < 0.0 else "right side up"


def _directions(found: FootFindings) -> str:
    axes = found.axes
    ways = (
        (axes.forward_x, -axes.ml_x, axes.up_x),
        (axes.forward_y, -axes.ml_y, axes.up_y),
        (axes.forward_z, -axes.ml_z, axes.up_z),
    )
    return ", ".join(f"{name} {_direction(way)}" for name, way in zip("xyz", ways, strict=True))


def _direction(way: tuple[float, float, float]) -> str:
    """Where a unit vector points, told by the largest of its components forward, left and up."""
    most = max(range(3), key=lambda i: abs(way[i]))
    ahead, astern = _DIRECTIONS[most]
    return ahead if way[most] > 0.0 else astern


def _turn(found: FootFindings) -> str:
    turn = Mounting.of(found.axes)
    return ", ".join(str(round(angle)) for angle in (turn.forward_deg, turn.left_deg, turn.up_deg))


def _bias(found: FootFindings) -> str:
    return ", ".join(f"{DEG_PER_RAD * rate:.2f}" for rate in found.standing.gyr_radps)


def _median(field: str, scale: float = 1.0, digits: int = 0) -> Callable[[FootFindings], str]:
    def cell(found: FootFindings) -> str:
        known = [value for stride in found.strides if (value := getattr(stride, field)) is not None]
        return f"{scale * median(known):.{digits}f}" if known else ""

    return cell


def _shares(field: str) -> Callable[[FootFindings], str]:
    return lambda found: shares(getattr(stride, field) for stride in found.strides)


def _usual_push_off(found: FootFindings, profile: ShoeProfile) -> str:
    habit = profile.feet[found.foot].by_speed.habit()
    speed_mps = habit.push_off.speed_mps
    usual_dps = habit.push_off.usual(PUSH_OFF_RATE, speed_mps)
    return "not known yet" if usual_dps is None else f"{usual_dps:.0f} deg/s at {speed_mps:.2f} m/s"


CELLS: Final[dict[str, Callable[[FootFindings], str]]] = {
    "the pod sits": _face,
    "its axes point": _directions,
    "turned, deg": _turn,
    "confidence, 0 to 1": lambda found: f"{found.confidence:.2f}",
    "stood still, s": lambda found: f"{found.standing.lasts_s:.1f}",
    "gyroscope at rest, deg/s": _bias,
    "gravity, m/s^2": lambda found: f"{found.standing.gravity_mps2:.2f}",
    "samples a second": lambda found: f"{found.sampling_rate_hz:.1f}",
    "clipped, %": lambda found: f"{100.0 * found.clipped_share:.2f}",
    "running strides": lambda found: str(len(found.strides)),
    "cadence, steps/min": _median("cadence_spm"),
    "contact time, ms": _median("contact_time_s", 1e3),
    "lands on": _shares("strike_type"),
    "heel": _shares("heel_state"),
    "heel height, mm": _median("heel_height_mm", digits=1),
}
