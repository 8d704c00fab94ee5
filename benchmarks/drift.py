"""How soon a change of form is found, and how often one is found that is not there, over simulated runners.

python benchmarks/drift.py

Strides are drawn directly, no pod is simulated. Every runner has slopes, bends and noise of their own; the
noise has heavy tails, goes on from stride to stride, wanders over a minute, and now and then a stretch of the
way is unlike the rest. Speed and cadence wander too, and are measured with noise. A false alarm is any change
told by any chart of a runner who does not change; a shift is in one metric of one foot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from bench import is_quick, repeated, seconds_of, show, us
from numpy.typing import NDArray

from stridesense.coaching.baseline import Baseline
from stridesense.coaching.drift import Drift, DriftParams
from stridesense.coaching.metrics import CONTACT_ASYMMETRY, METRICS
from stridesense.model import Change, Foot, Gait, Stride

FloatArray = NDArray[np.float64]
Draw = np.random.Generator

BLOCK: Final = 25
STRIDE_S: Final = 0.7
SHIFT_S: Final = 1200.0
WITHIN_S: Final = 180.0
FEET: Final = (Foot.LEFT, Foot.RIGHT)

ONE_FOOT: Final = tuple(name for name in METRICS if name not in {CONTACT_ASYMMETRY, "cadence_spm"})
"""What can shift in one foot alone."""

USUAL: Final[Mapping[str, float]] = {
    "heel_height_mm": 6.0,
    "heel_drop_deg": 7.0,
    "strike_angle_deg": -4.0,
    "push_off_rate_dps": 545.0,
    "pull_rate_dps": 380.0,
    "pull_delay_s": 0.1,
    "ball_time_s": 0.13,
    "contact_time_s": 0.256,
    "braking_index": 0.2,
    "impact_g": 11.5,
}
"""The level of each metric at 3 m/s."""

STRIDE_SD: Final[Mapping[str, float]] = {
    "heel_height_mm": 2.5,
    "heel_drop_deg": 1.4,
    "strike_angle_deg": 1.4,
    "push_off_rate_dps": 22.0,
    "pull_rate_dps": 20.0,
    "pull_delay_s": 0.005,
    "ball_time_s": 0.005,
    "contact_time_s": 0.0055,
    "cadence_spm": 2.0,
    "braking_index": 0.03,
    "impact_g": 1.1,
}
"""SD of single strides at one speed: 2.2 % of contact, 1.4 deg of strike angle, 4 % of push-off and so on."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How the noise of single strides goes, in their SD.

    Attributes:
        carry: what one stride hands on to the next.
        tails: degrees of freedom of the Student t that is drawn.
        wander: SD of what wanders slowly,
        wander_s: with this time constant, s.
        odd_share: share of the time in stretches unlike the rest,
        odd: which are off by so much (SD).
    """

    carry: float = 0.4
    tails: float = 5.0
    wander: float = 0.12
    wander_s: float = 40.0
    odd_share: float = 0.01
    odd: float = 0.6


HONEST: Final = Noise()


@dataclass(frozen=True, slots=True)
class Shift:
    """From `at_s` on, `metric` of `foot` is off by so many SD of single strides."""

    metric: str
    foot: Foot
    stride_sd: float
    at_s: float = SHIFT_S


def carried(draw: Draw, steps: FloatArray, carry: float) -> FloatArray:
    """Steps (n,) that hand `carry` of themselves on to the next, at the SD that they had, (n,)."""
    out = np.empty_like(steps)
    last = float(draw.standard_normal())
    fresh = (1.0 - carry * carry) ** 0.5
    for i, step in enumerate(steps.tolist()):
        last = carry * last + fresh * step
        out[i] = last
    return out


def slowly(draw: Draw, n: int, time_s: float) -> FloatArray:
    """A wander of SD 1 with this time constant, one value a stride, (n,)."""
    return carried(draw, draw.standard_normal(n), float(np.exp(-STRIDE_S / time_s)))


def noise(draw: Draw, n: int, kind: Noise = HONEST) -> FloatArray:
    """The noise of single strides in their SD, (n,)."""
    tails = draw.standard_t(kind.tails, n) / (kind.tails / (kind.tails - 2.0)) ** 0.5
    odd = np.repeat(draw.random(n // 40 + 1) < kind.odd_share, 40)[:n] * kind.odd * draw.choice((-1.0, 1.0))
    return carried(draw, tails, kind.carry) + kind.wander * slowly(draw, n, kind.wander_s) + odd


def steady(speed_mps: float = 3.0) -> Callable[[FloatArray], FloatArray]:
    """One speed for the whole run."""
    return lambda t_s: np.full_like(t_s, speed_mps)


def steps(*plan: tuple[float, float]) -> Callable[[FloatArray], FloatArray]:
    """Speeds in m/s, each from a moment in s on; each is reached within 10 s."""
    moments = [at_s + more_s for at_s, _ in plan for more_s in (0.0, 10.0)]
    speeds = [speed for _, speed in plan]
    held = [speeds[0], *[speed for speed in speeds for _ in (0, 1)]][: len(moments)]
    return lambda t_s: np.interp(t_s, moments, held)


def runner(
    seed: int,
    duration_s: float = 3600.0,
    pace: Callable[[FloatArray], FloatArray] | None = None,
    kind: Noise = HONEST,
    shifts: Sequence[Shift] = (),
) -> list[Stride]:
    """The strides of both feet of one runner, in the order of their landings."""
    draw = np.random.default_rng(seed)
    n = int(duration_s / STRIDE_S)
    t_s = STRIDE_S * np.arange(n)
    speed = (pace or steady())(t_s) + 0.08 * slowly(draw, n, 60.0)
    rhythm = 168.0 + 5.1 * (speed - 3.0) + draw.normal(0.0, 2.0) + 1.0 * slowly(draw, n, 60.0)
    bodies = {name: shape(draw, name) for name in USUAL}
    strides: list[Stride] = []
    for side, foot in enumerate(FEET):
        columns: dict[str, FloatArray] = {}
        for name, body in bodies.items():
            values = body(speed, rhythm) + STRIDE_SD[name] * (noise(draw, n, kind) + draw.normal(0.0, 0.5))
            for shift in shifts:
                if shift.metric == name and shift.foot is foot:
                    values += np.where(t_s >= shift.at_s, shift.stride_sd * STRIDE_SD[name], 0.0)
            columns[name] = values
        columns["speed_mps"] = speed + 0.09 * carried(draw, draw.standard_normal(n), 0.3)
        columns["cadence_spm"] = rhythm + STRIDE_SD["cadence_spm"] * noise(draw, n, kind)
        strides += records(foot, t_s + 0.5 * side * STRIDE_S, columns)
    strides.sort(key=lambda stride: stride.initial_contact_s)
    return strides


def shape(draw: Draw, name: str) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """How a metric of this runner goes with speed and cadence, drawn: contact times along a hyperbola."""
    metric = METRICS[name]
    by_speed = draw.normal(metric.speed.mean, metric.speed.sd)
    bend = draw.normal(metric.bend.mean, metric.bend.sd)
    by_cadence = draw.normal(metric.cadence.mean, metric.cadence.sd)
    part = {"contact_time_s": 1.0, "ball_time_s": 0.5}.get(name)
    size = draw.normal(0.58, 0.05)

    def body(speed: FloatArray, rhythm: FloatArray) -> FloatArray:
        s, c = speed - 3.0, 0.1 * (rhythm - 170.0)
        if part is not None:
            return USUAL[name] + part * size * (1.0 / speed - 1.0 / 3.0) + by_cadence * c
        return USUAL[name] + by_speed * s + bend * s * s + by_cadence * c

    return body


def records(foot: Foot, t_s: FloatArray, columns: Mapping[str, FloatArray]) -> list[Stride]:
    """Strides of one foot from their columns, each (n,)."""
    names = list(columns)
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    strides = []
    for index, (start_s, row) in enumerate(zip(t_s.tolist(), rows, strict=True)):
        fields = dict(zip(names, row, strict=True))
        strides.append(
            Stride(
                foot=foot,
                index=index,
                gait=Gait.RUN,
                initial_contact_s=start_s,
                terminal_contact_s=start_s + fields["contact_time_s"],
                stride_time_s=120.0 / fields["cadence_spm"],
                quality=1.0,
                **fields,
            )
        )
    return strides


def blocks(strides: Iterable[Stride]) -> Iterable[list[Stride]]:
    """25 strides of a foot at a time, as the coach hands them on."""
    held: dict[Foot, list[Stride]] = {}
    for stride in strides:
        block = held.setdefault(stride.foot, [])
        block.append(stride)
        if len(block) == BLOCK:
            yield block
            held[stride.foot] = []


def changes(strides: Iterable[Stride], params: DriftParams | None = None) -> list[Change]:
    """All that the charts find."""
    drift = Drift(params or DriftParams())
    return [change for block in blocks(strides) for change in drift.add(block)]


PLANS: Final[Mapping[str, tuple[tuple[float, float], ...]]] = {
    "20 % faster after 8 min": ((0.0, 3.0), (480.0, 3.6)),
    "20 % slower after 8 min": ((0.0, 3.0), (480.0, 2.4)),
    "20 % faster after 20 min": ((0.0, 3.0), (1200.0, 3.6)),
    "faster in 4 steps": ((0.0, 3.0), (480.0, 3.15), (840.0, 3.3), (1200.0, 3.45), (1560.0, 3.6)),
    "slower in 4 steps": ((0.0, 3.0), (480.0, 2.85), (840.0, 2.7), (1200.0, 2.55), (1560.0, 2.4)),
    "faster, then slower than before": ((0.0, 3.0), (480.0, 3.6), (1200.0, 2.4)),
    "3 min fast, 3 min slow": tuple((180.0 * i, 3.6 if i % 2 else 2.8) for i in range(16)),
}
"""Changes of speed: moment in s and speed in m/s."""

NOISES: Final[Mapping[str, Noise]] = {
    "no memory": Noise(carry=0.0, wander=0.0),
    "honest": HONEST,
    "wanders twice as far": Noise(wander=0.24),
}
LIMITS_SD: Final = (5.0, 6.0, 7.0, 8.5, 10.0)
"""Limits of the sums that the trade-off is shown for."""

LENGTH_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one shift: seconds until it was told, None if it never was, and how large."""

    after_s: float | None
    size_sd: float


def block_sd(drift: Drift, foot: Foot, metric: str) -> float:
    """SD of medians of 25 strides of a metric around the runner's line, from an hour without a shift."""
    fit = drift.charts[foot, metric].fit
    return fit.sd if fit is not None else METRICS[metric].usual_sd


def charted(strides: Iterable[Stride], params: DriftParams) -> Drift:
    """The charts after a run."""
    drift = Drift(params)
    for block in blocks(strides):
        drift.add(block)
    return drift


def shifted(seed: int, params: DriftParams, *, in_blocks: bool, kind: Noise = HONEST) -> list[Found]:
    """One runner with every metric of both feet shifted by 1.5 SD at minute 20, up or down in turn.

    The noise of all metrics is independent, so this is as many tries as there are charts. The SD is that of
    25-stride medians, or of single strides.
    """
    calm = charted(runner(seed, kind=kind), DriftParams(alarm_sd=1e9))
    ways: dict[tuple[Foot, str], float] = {}
    for number, (name, foot) in enumerate((name, foot) for name in ONE_FOOT for foot in FEET):
        sign = 1.0 if (number + seed) % 2 else -1.0
        ways[foot, name] = sign * 1.5 * (block_sd(calm, foot, name) / STRIDE_SD[name] if in_blocks else 1.0)
    shifts = [Shift(name, foot, size) for (foot, name), size in ways.items()]
    told = changes(runner(seed, 2400.0, kind=kind, shifts=shifts), params)
    return [found(told, foot, name, size) for (foot, name), size in ways.items()]


def found(told: Sequence[Change], foot: Foot, metric: str, size: float) -> Found:
    """The first change after the shift that names its metric, its foot and its direction."""
    for change in told:
        right = change.metric == metric and change.foot is foot and change.size_sd * size > 0.0
        if right and change.t_s > SHIFT_S:
            return Found(change.t_s - SHIFT_S, abs(change.size_sd))
    return Found(None, 0.0)


def false_alarms(seeds: Iterable[int], params: DriftParams, kind: Noise = HONEST) -> tuple[int, float]:
    """Changes told to runners of an hour who do not change, and how many hours that were."""
    told, hours = 0, 0.0
    for seed in seeds:
        told += len(changes(runner(seed, LENGTH_S, kind=kind), params))
        hours += LENGTH_S / 3600.0
    return told, hours


def summary(tries: Sequence[Found]) -> list[str]:
    """Median of the delay, and the shares found within 3 and 6 minutes."""
    after_s = [one.after_s if one.after_s is not None else float("inf") for one in tries]
    share = [sum(delay <= limit for delay in after_s) / len(after_s) for limit in (WITHIN_S, 2.0 * WITHIN_S)]
    return [f"{median(after_s):.0f}", *(f"{one:.0%}" for one in share)]


def trade_off(kind: Noise, hours: int, tries: int) -> list[list[str]]:
    """A row for each limit: false alarms, and how soon shifts are found."""
    rows = []
    for limit_sd in LIMITS_SD:
        params = DriftParams(alarm_sd=limit_sd)
        told, ran_h = false_alarms(range(hours), params, kind)
        shifts = [one for seed in range(tries) for one in shifted(seed, params, in_blocks=True, kind=kind)]
        rows.append([f"{limit_sd:.1f}", f"{10.0 * told / ran_h:.1f}", *summary(shifts)])
    return rows


def speed_changes(runners: int) -> list[list[str]]:
    """A row for each plan: how many runners heard of drift after the first change of speed."""
    rows = []
    for name, plan in PLANS.items():
        first_s = plan[1][0]
        told = [
            [change for change in changes(runner(seed, 2880.0, steps(*plan))) if change.t_s > first_s]
            for seed in range(500, 500 + runners)
        ]
        hours = runners * (2880.0 - first_s) / 3600.0
        count = sum(map(len, told))
        rows.append([name, f"{sum(map(bool, told))} of {runners}", f"{10.0 * count / hours:.1f}"])
    return rows


def costs() -> list[list[str]]:
    """Microseconds for a stride of both feet, and for one question."""
    strides = runner(1)
    handed = list(blocks(strides))
    baseline = Baseline()

    def learn() -> None:
        for block in handed:
            baseline.learn(block)

    def ask() -> None:
        for _ in range(10_000):
            baseline.expected(Foot.LEFT, "contact_time_s", 3.1, 171.0)

    def look() -> None:
        changes(strides)

    n = len(strides)
    return [
        ["baseline learns, a stride", us(repeated(lambda: seconds_of(learn), 3).best_s, n), ""],
        ["baseline is asked, a metric", us(repeated(lambda: seconds_of(ask), 3).best_s, 10_000), "3"],
        ["drift, a stride", us(repeated(lambda: seconds_of(look), 3).best_s, n), ""],
    ]


def main() -> None:
    """Print the figures beside their goals."""
    quick = is_quick(__doc__)
    hours, tries, runners = (2, 1, 2) if quick else (200, 20, 40)
    told, ran_h = false_alarms(range(1000, 1000 + hours), DriftParams())
    show(
        "Changes told to runners who do not change, all charts of both feet",
        ("hours", "told", "in 10 h", "goal"),
        [[f"{ran_h:.0f}", f"{told}", f"{10.0 * told / ran_h:.2f}", "1"]],
    )
    rows = []
    for words, in_blocks in (("1.5 SD of 25-stride medians", True), ("1.5 SD of single strides", False)):
        seeds = range(2000, 2000 + tries)
        shifts = [one for seed in seeds for one in shifted(seed, DriftParams(), in_blocks=in_blocks)]
        rows.append([words, f"{len(shifts)}", *summary(shifts), f"{WITHIN_S:.0f} s"])
    head = ("a shift of", "tries", "median, s", "within 3 min", "within 6 min", "goal")
    show("Shifts at minute 20, right metric, foot and direction", head, rows)
    for words, kind in NOISES.items():
        show(
            f"What a lower limit costs; noise: {words}",
            ("limit, SD", "false in 10 h", "median, s", "within 3 min", "within 6 min"),
            trade_off(kind, max(1, hours // 5), max(1, tries // 4)),
        )
    show(
        "Runners who only change speed",
        ("plan", "heard of drift", "changes in 10 h"),
        speed_changes(runners),
    )
    show("Cost", ("what", "us", "goal"), costs())


if __name__ == "__main__":
    main()
