"""Pods worn by virtual runners: what they measure, what is made of it, and how far that is off."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from stridesense.dsp.conditioner import Conditioner
from stridesense.model import Foot, Gap, GapCause, SampleBlock, SignalBlock
from stridesense.model.samples import FloatArray
from stridesense.model.signals import COLUMNS
from stridesense.simulator import SimulatedRun, parse, simulate
from stridesense.units import DEG_PER_RAD

BLOCK = 64


@cache
def session(blocks: str, *, model: str = "rigid_sole", pod: str = "", seed: int = 3) -> SimulatedRun:
    """A virtual left foot; `blocks` holds one block a line, as "activity seconds key=value ...".

    `pod` holds more lines of the pod's table.
    """
    text = f'seed = {seed}\nfeet = ["left"]\n[runner]\nmodel = "{model}"\n[pod]\n{pod}\n'
    for line in blocks.strip().splitlines():
        activity, seconds, *rest = line.split()
        text += f'[[block]]\nactivity = "{activity}"\nduration_s = {seconds}\n' + "\n".join(rest) + "\n"
    return simulate(parse(text, "worn"))


def sample_blocks(run: SimulatedRun, begin_s: float = 0.0) -> Iterator[SampleBlock]:
    """What the pod measured from `begin_s` on, as it would come from the decoder."""
    samples = run.feet[Foot.LEFT].samples
    first = int(np.searchsorted(samples.t_s, begin_s))
    clipped = samples.acc_clipped | samples.gyr_clipped
    rate_hz = float(1.0 / (samples.t_s[1] - samples.t_s[0]))
    for i in range(first, len(samples.t_s), BLOCK):
        part = slice(i, i + BLOCK)
        yield SampleBlock(
            Foot.LEFT,
            i,
            rate_hz,
            samples.t_s[part].copy(),
            samples.counts[part, :3] * samples.acc_scale,
            samples.counts[part, 3:] * samples.gyr_scale,
            clipped[part].copy(),
        )


@dataclass(frozen=True)
class Seen:
    """All signals of a run, its blocks, and the time at which each begins."""

    columns: dict[str, FloatArray]
    blocks: list[SignalBlock]

    @property
    def moved_s(self) -> float | None:
        """When the pod was first said to have moved."""
        return next((float(block.t_s[0]) for block in self.blocks if block.pod_moved), None)


def seen(run: SimulatedRun, begin_s: float = 0.0, hole_s: float = np.inf) -> Seen:
    """What the conditioner makes of a session, of which the block at `hole_s` may be lost."""
    conditioner = Conditioner()
    out = []
    for block in sample_blocks(run, begin_s):
        first_s, last_s = float(block.t_s[0]), float(block.t_s[-1])
        lost = first_s <= hole_s <= last_s
        gap = Gap(Foot.LEFT, first_s, last_s, len(block), GapCause.RADIO)
        out += conditioner.process(gap if lost else block)
    blocks = [item for item in (*out, *conditioner.flush()) if isinstance(item, SignalBlock)]
    columns = np.concatenate([block.columns for block in blocks], axis=1)
    return Seen(dict(zip(COLUMNS, columns, strict=True)), blocks)


@dataclass(frozen=True)
class Errors:
    """Errors of the pitch in deg, one for each contact of the session: (n,)."""

    contact_s: FloatArray
    landing_deg: FloatArray
    stance_deg: FloatArray

    def after(self, begin_s: float, end_s: float = np.inf) -> "Errors":
        """Those of the contacts between two times."""
        chosen = (self.contact_s > begin_s) & (self.contact_s < end_s)
        return Errors(self.contact_s[chosen], self.landing_deg[chosen], self.stance_deg[chosen])


def errors(run: SimulatedRun, signals: Seen) -> Errors:
    """Pitch against the truth: at initial contact, and in 25 ... 50 % of contact."""
    t_s = signals.columns["t_s"]
    true_deg = run.feet[Foot.LEFT].trajectory.pitch(t_s) * DEG_PER_RAD
    off = signals.columns["pitch_deg"] + signals.columns["tilt_offset_deg"] - true_deg
    off -= 360.0 * np.round(off / 360.0)
    contacts = [stride for stride in run.truth if stride.initial_contact_s > t_s[0]]
    begin = np.array([stride.initial_contact_s for stride in contacts])
    lasts = np.array([stride.contact_time_s for stride in contacts])
    middle = [
        off[(t_s >= start + 0.25 * last) & (t_s <= start + 0.5 * last)].mean()
        for start, last in zip(begin, lasts, strict=True)
    ]
    return Errors(begin, np.interp(begin, t_s, off), np.array(middle))
