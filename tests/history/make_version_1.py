"""Writes `version_1.sqlite3`, a history as the first version left it: run it again only if that was wrong."""

import json
import sqlite3
from pathlib import Path

from stridesense.history.schema import migrate

FILE = Path(__file__).with_name("version_1.sqlite3")

LEFT = {"foot": "left", "t_s": 1800.0, "load": 2600.0, "strides": 2550, "limit": 2500.0, "band": "amber"}
RIGHT = {"foot": "right", "t_s": 1799.5, "load": 2400.0, "strides": 2549}
REPORT = {
    "duration_s": 1810.0,
    "running_s": 1700.0,
    "theme": "heel",
    "strides": {"left": 2550, "right": 2549},
    "budgets": [LEFT, RIGHT],
    "held_share": {"left": 0.42},
    "climb_m": None,
    "cues": 1,
    "retired": [],
    "practice": {},
    "halves": [],
    "baseline": {},
    "cue_log_sha256": "0f",
}
EFFECT = {
    "cue_id": "heel_held",
    "foot": "left",
    "t_s": 620.0,
    "given": True,
    "before_sd": 1.8,
    "after_sd": 0.6,
}
MORNING = {"unix_s": 1_790_050_000.0, "soreness": {"left": 3, "right": 1}}


def main() -> None:
    FILE.unlink(missing_ok=True)
    with sqlite3.connect(FILE, isolation_level=None) as history:
        history.execute("BEGIN IMMEDIATE")
        migrate(history, upto=1)
        session = "INSERT INTO sessions VALUES (?, ?, 'live', 'racer', NULL, '0.1.0', '{}', ?, ?)"
        history.execute(session, ("whole", 1_790_000_000.0, "ended", json.dumps(REPORT)))
        history.execute(session, ("cut", 1_790_010_000.0, "interrupted", None))
        history.execute("INSERT INTO facts VALUES (1, 'whole', 'effect', 620.0, ?)", (json.dumps(EFFECT),))
        history.execute("INSERT INTO check_ins VALUES (1, 1790050000.0, ?)", (json.dumps(MORNING),))
        history.execute("COMMIT")
    history.close()


if __name__ == "__main__":
    main()
