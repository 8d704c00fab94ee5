"""The same samples through other people's methods: how many times faster or slower they are than the river.

python benchmarks/ratios.py

The others hear a whole recording at once, in the true axes of the foot, and do a part of the work: events
alone, or pitch alone. The river finds the axes first, does all of it, and goes on sample by sample.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from bench import COMPILED, PLAIN, Spread, forms, is_quick, per_s, show
from feeds import as_tables, samples_of, session
from throughput import by_stage, river

from stridesense.model import Foot
from stridesense.pipeline import warm_up
from stridesense.simulator import simulate
from stridesense.validation.peers import NotRun, Peer, peers_in

HERE: Final = Path(__file__).resolve().parent
PITCH_PROGRAM: Final = "ahrs_peer"
UP_TO_PITCH: Final = ("Decoder", "Conditioner")
LONGEST_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Timed:
    """A method of someone else on the samples; `pitch` if pitch is all it gives."""

    name: str
    spread: Spread
    pitch: bool


@dataclass(frozen=True, slots=True)
class Ours:
    """Seconds of the river over the same samples, by the form of its kernels; `pitch_s` up to the pitch."""

    whole: dict[str, Spread]
    pitch_s: dict[str, float]


def times_faster(ours_s: float | None, theirs_s: float) -> str:
    """How many times the samples a second of another method the river has; below 1 it is the slower one."""
    return "-" if ours_s is None else f"{theirs_s / ours_s:.2f}"


def pitch_share(spent_s: Mapping[str, float]) -> float:
    """What part of the river's time it takes to know the pitch."""
    return sum(spent_s[name] for name in UP_TO_PITCH) / sum(spent_s.values())


def timed(peer: Peer, samples: Path, rounds: int) -> list[Timed] | NotRun:
    """A peer's own times, measured in its own environment."""
    name = peer.program.stem
    if not peer.python.exists():
        return NotRun(name, f"its environment {peer.python.parents[1].name} is not there, see make peers")
    command = [str(peer.python), str(HERE / "time_peer.py"), str(peer.program), str(samples), str(rounds)]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST_S)
    except subprocess.CalledProcessError as error:
        return NotRun(name, (error.stderr.strip().splitlines() or ["it failed without a word"])[-1])
    except subprocess.TimeoutExpired:
        return NotRun(name, f"it took more than {LONGEST_S:.0f} s")
    answer: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    pitch = name == PITCH_PROGRAM
    return [Timed(method, Spread(tuple(seconds)), pitch) for method, seconds in answer.items()]


def heard(samples: Path, rounds: int, *, elsewhere: bool) -> list[Timed | NotRun]:
    """Every peer one after the other, so that none disturbs another.

    Without `elsewhere` only those that run in our own environment, as others take long to start.
    """
    found: list[Timed | NotRun] = []
    for peer in peers_in(HERE / "peers"):
        if not elsewhere and peer.python != Path(sys.executable):
            found.append(NotRun(peer.program.stem, "a quick run starts no other environment"))
            continue
        answer = timed(peer, samples, rounds)
        found += [answer] if isinstance(answer, NotRun) else answer
    return found


def peer_row(peer: Timed | NotRun, ours: Ours, samples: int) -> list[str]:
    """A peer's speed and the ratios, or why there are none."""
    if isinstance(peer, NotRun):
        return [peer.name, "not run", *["-"] * 4]
    best_s, whole = peer.spread.best_s, {form: spread.best_s for form, spread in ours.whole.items()}
    return [
        peer.name,
        per_s(samples, best_s),
        per_s(samples, peer.spread.median_s),
        times_faster(whole.get(COMPILED), best_s),
        times_faster(whole.get(PLAIN), best_s),
        times_faster(ours.pitch_s.get(COMPILED), best_s) if peer.pitch else "-",
    ]


def our_rows(ours: Ours, samples: int) -> list[list[str]]:
    """The river's own speeds."""
    whole = [
        [f"StrideSense, {form}", per_s(samples, spread.best_s), per_s(samples, spread.median_s), *["-"] * 3]
        for form, spread in ours.whole.items()
    ]
    pitch = [
        [f"StrideSense up to the pitch, {form}", per_s(samples, seconds), *["-"] * 4]
        for form, seconds in ours.pitch_s.items()
    ]
    return whole + pitch


def table(ours: Ours, peers: Sequence[Timed | NotRun], samples: int) -> None:
    """Print every speed, the ratios, and what could not be run."""
    rows = our_rows(ours, samples) + [peer_row(peer, ours, samples) for peer in peers]
    head = ["method", "samples/s best", "median", "compiled river, times", "plain river", "compiled pitch"]
    show(f"{samples} samples of one foot at once; how many times their speed is ours", head, rows)
    for peer in peers:
        if isinstance(peer, NotRun):
            print(f"not run: {peer.name}: {peer.reason}")


def main() -> None:
    """Measure all on the same samples, one after the other."""
    quick = is_quick(__doc__)
    rounds = 1 if quick else 3
    warm_up()
    run = simulate(session(12.0 if quick else 60.0, feet=("left",)))
    feed, samples = as_tables(run), samples_of(run, Foot.LEFT)
    whole = {form: river(feed, form, rounds) for form in forms()}
    shares = {form: pitch_share(by_stage(feed, form, rounds)) for form in forms()}
    ours = Ours(whole, {form: shares[form] * spread.best_s for form, spread in whole.items()})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "samples.npz"
        np.savez(path, t_s=samples[:, 0], acc_mps2=samples[:, 1:4], gyr_radps=samples[:, 4:7])
        table(ours, heard(path, rounds, elsewhere=not quick), feed.samples)


if __name__ == "__main__":
    main()
