"""Samples that wait for the axes: how long they are, what they feel, letting the oldest go."""

import numpy as np

from stridesense.model import Gap, SampleBlock
from stridesense.model.samples import FloatArray
from stridesense.units import STANDARD_GRAVITY_MPS2

Held = SampleBlock | Gap


def span_s(items: list[Held]) -> float:
    """Time from the first to the last sample in s; gaps do not wait."""
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    return float(blocks[-1].t_s[-1] - blocks[0].t_s[0]) if blocks else 0.0


def joined(items: list[Held]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times (n,), specific force (n, 3) and angular velocity (n, 3) of all samples that wait."""
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    columns = ([getattr(block, name) for block in blocks] for name in ("t_s", "acc_mps2", "gyr_radps"))
    t_s, acc_mps2, gyr_radps = (np.concatenate(column) for column in columns)
    return t_s, acc_mps2, gyr_radps


def feels_gravity(items: list[Held]) -> bool:
    """Whether there is specific force at all: a dead accelerometer gives no axes."""
    _, acc, _ = joined(items)
    return float(np.median(np.abs(acc).max(axis=1))) > 0.3 * STANDARD_GRAVITY_MPS2


def aged(items: list[Held], span_s: float) -> tuple[list[Gap], list[Held]]:
    """The gaps older than `span_s` seconds, and all that is newer, cut at a sample."""
    since_s = max(float(item.t_s[-1]) for item in items if isinstance(item, SampleBlock)) - span_s
    passed: list[Gap] = []
    kept: list[Held] = []
    for item in items:
        if isinstance(item, Gap):
            (passed if item.end_s < since_s else kept).append(item)
        elif (start := int(np.searchsorted(item.t_s, since_s))) < len(item):
            kept.append(part(item, start, len(item)))
    return passed, kept


def part(block: SampleBlock, start: int, stop: int) -> SampleBlock:
    """Samples start..stop of a block."""
    if stop - start == len(block):
        return block
    return SampleBlock(
        foot=block.foot,
        first_index=block.first_index + start,
        sampling_rate_hz=block.sampling_rate_hz,
        t_s=block.t_s[start:stop],
        acc_mps2=block.acc_mps2[start:stop],
        gyr_radps=block.gyr_radps[start:stop],
        clipped=block.clipped[start:stop],
        host_offset_s=block.host_offset_s,
    )
