"""An hour of running of two feet as a FIT activity, as CSV and as Parquet: how long the writing takes.

python benchmarks/export.py [--quick]

The strides are made directly, and neither making them nor reading a file back is timed. Ends with 1 when the
FIT file takes longer than it may.
"""

import sys
from io import BytesIO
from typing import Final

from bench import is_quick, repeated, seconds_of, show

from stridesense.model import Stride
from stridesense.recording.export_fit import fit_bytes
from stridesense.recording.export_parquet import write_strides
from stridesense.recording.export_session import SessionRecord
from stridesense.recording.export_table import csv_lines
from stridesense.simulator.season_plan import Phase, SessionPlan
from stridesense.simulator.stride_runner import StrideRunner

HOUR_S: Final = 3600.0
QUICK_S: Final = 300.0
MARK_EVERY_S: Final = 600.0
ROUNDS: Final = 3
GOAL_S: Final = 10.0


def run_of(duration_s: float) -> SessionRecord:
    """A session with a mark every ten minutes."""
    plan = SessionPlan(phases=(Phase(duration_s=duration_s),))
    return SessionRecord(
        session_id="benchmark",
        software_version="benchmark",
        zero_unix_s=1_790_000_000.25,
        end_s=duration_s,
        strides=[item for item in StrideRunner(plan, seed=1).items() if isinstance(item, Stride)],
        marks_s=[MARK_EVERY_S * (number + 1) for number in range(int(duration_s / MARK_EVERY_S))],
    )


def as_parquet(session: SessionRecord) -> bytes:
    """The strides as Parquet."""
    file = BytesIO()
    write_strides(file, session)
    return file.getvalue()


def main() -> int:
    """Measure, print, and say whether the goal is met."""
    quick = is_quick(__doc__)
    session = run_of(QUICK_S if quick else HOUR_S)
    kinds = {
        "FIT": lambda: fit_bytes(session),
        "CSV": lambda: "".join(csv_lines(session)).encode(),
        "Parquet": lambda: as_parquet(session),
    }
    spreads = {kind: repeated(lambda made=made: seconds_of(made), ROUNDS) for kind, made in kinds.items()}
    show(
        f"{session.end_s:.0f} s, {len(session.strides)} strides of two feet",
        ("", "best, s", "median, s", "kB"),
        [
            (kind, f"{spread.best_s:.2f}", f"{spread.median_s:.2f}", f"{len(kinds[kind]()) / 1e3:.0f}")
            for kind, spread in spreads.items()
        ],
    )
    met = spreads["FIT"].median_s < GOAL_S
    print(f"\ngoal: an hour as FIT in less than {GOAL_S:.0f} s: {'met' if met else 'MISSED'}")
    return 0 if met or quick else 1


if __name__ == "__main__":
    sys.exit(main())
