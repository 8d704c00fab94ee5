"""Times another method in its own environment: seconds of each, not counting what it takes to start.

python benchmarks/time_peer.py PEER.py SAMPLES.npz ROUNDS
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np


def ways(module: Any) -> dict[str, Callable[[Any], object]]:  # noqa: ANN401  a module of another program
    """What a peer can do, by name: its filters one by one, or all its methods at once."""
    filters: dict[str, Callable[[Any], object]] = getattr(module, "FILTERS", {})
    return filters or {module.__name__: module.methods}


def main() -> None:
    """Write each method's seconds as JSON."""
    program, path, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    sys.path.insert(0, str(program.parent))
    samples_kind = import_module("peer").Samples
    with np.load(path) as file:
        arrays = file["t_s"], file["acc_mps2"], file["gyr_radps"]
    taken: dict[str, list[float]] = {}
    for name, way in ways(import_module(program.stem)).items():
        for _ in range(rounds):
            samples = samples_kind(*arrays)
            began_s = time.process_time()
            way(samples)
            taken.setdefault(name, []).append(time.process_time() - began_s)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
