"""Real recordings beside their references: motion capture, and strides that can be counted."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np

from stridesense.errors import InputError
from stridesense.model import Gait, Stride
from stridesense.recording.importer import import_csv
from stridesense.recording.mapping_syntax import parse_mapping
from stridesense.validation.listening import Heard, listen, spans
from stridesense.validation.matching import match

JOGS: Final = ("24", "29", "33", "43", "46")
WALKS: Final = ("01", "04", "12")
CRAWLS: Final = ("47", "53")
SPRINTS: Final = ("A_track_sprint_1", "B_track_sprint_1", "B_track_sprint_2")
FOLDERS: Final = ("vicon_jog", "walk_mocap_events", "track_sprint")

_MOCAP_HZ: Final = 204.8


@dataclass(frozen=True, slots=True)
class Jog:
    """A trial of jogging in circles beside motion capture of the shoe.

    A reference stride reaches from the slowest moment of one stance to that of the next; ours that leaves
    the ground in between is the same stride.

    Attributes:
        name: of the trial.
        reference: valid strides of the reference.
        found: of them, those with exactly one stride of ours.
        stride_time_ms: error of the median stride time; None when none was measured.
        length_errors_m: of each stride, found minus true.
        length_errors_percent: the same in percent of the true length.
    """

    name: str
    reference: int
    found: int
    stride_time_ms: float | None
    length_errors_m: tuple[float, ...]
    length_errors_percent: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WalkEvents:
    """A walk with annotated events: how many, and the errors of those that were found within 0.15 s, ms."""

    annotated: int
    initial_contact_ms: tuple[float, ...]
    toe_off_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Strides found in a recording, by gait, and how many of them reach over a hole in the samples."""

    name: str
    gaits: Counter[Gait]
    spanning: int
    median_stride_time_s: float | None


@dataclass(frozen=True, slots=True)
class RealData:
    """Everything that the real recordings say."""

    jogs: tuple[Jog, ...]
    walk: WalkEvents
    walks: tuple[Counted, ...]
    crawls: tuple[Counted, ...]
    sprints: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class RealTask:
    """All real recordings of a folder.

    Raises (in `run`):
        InputError: a recording is missing or cannot be read.
    """

    folder: Path

    def run(self) -> RealData:
        """Do it."""
        return RealData(
            jogs=tuple(self._jog(number) for number in JOGS),
            walk=self._walk_events(),
            walks=tuple(self._counted(f"vicon_jog/vicon_{number}.csv", "pyshoe") for number in WALKS),
            crawls=tuple(self._counted(f"vicon_jog/vicon_{number}.csv", "pyshoe") for number in CRAWLS),
            sprints=tuple(self._counted(f"track_sprint/{name}.csv", "mpu6050") for name in SPRINTS),
        )

    def check(self) -> None:
        """Say at once when this is not the folder.

        Raises:
            InputError: one of its parts is missing.
        """
        missing = [name for name in FOLDERS if not (self.folder / name).is_dir()]
        if missing:
            msg = f"{self.folder} does not hold the real recordings: there is no folder {', '.join(missing)}"
            raise InputError(msg)

    def _jog(self, number: str) -> Jog:
        heard = self._heard(f"vicon_jog/vicon_{number}.csv", "pyshoe")
        reference = json.loads(self._text(f"vicon_jog/vicon_{number}.ref.json"))["strides"]
        return _beside(number, heard.strides, [stride for stride in reference if stride["valid"]])

    def _walk_events(self) -> WalkEvents:
        strides = self._heard("walk_mocap_events/imu_sample.csv", "gaitmap").strides
        rows = self._text("walk_mocap_events/stride_events_sample.csv").splitlines()
        annotated = [dict(zip(rows[0].split(","), row.split(","), strict=True)) for row in rows[1:]]
        return WalkEvents(
            len(annotated),
            _errors_ms(strides, annotated, "initial_contact_s", "pre_ic"),
            _errors_ms(strides, annotated, "terminal_contact_s", "tc"),
        )

    def _counted(self, name: str, preset: str) -> Counted:
        heard = self._heard(name, preset)
        times_s = [s.stride_time_s for s in heard.strides if s.stride_time_s is not None]
        return Counted(
            Path(name).stem,
            Counter(stride.gait for stride in heard.strides),
            sum(spans(stride, heard.gaps) for stride in heard.strides),
            float(np.median(times_s)) if times_s else None,
        )

    def _heard(self, name: str, preset: str) -> Heard:
        return listen(import_csv(self.folder / name, parse_mapping(preset=preset)).packets())

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text("utf-8")
        except OSError as error:
            msg = f"{self.folder / name} cannot be read: {error.strerror}"
            raise InputError(msg) from error


def _beside(name: str, strides: Sequence[Stride], reference: Sequence[dict[str, Any]]) -> Jog:
    inside = [[s for s in strides if ref["t0"] < s.terminal_contact_s < ref["t1"]] for ref in reference]
    same = [(ours[0], ref) for ours, ref in zip(inside, reference, strict=True) if len(ours) == 1]
    lengths = [
        (stride.stride_length_m, ref["length_m"])  # both ways end in mid-stance, where the foot is slowest
        for stride, ref in product(strides, reference)
        if stride.stride_length_m and stride.initial_contact_s < ref["t1"] < stride.terminal_contact_s
    ]
    times_s = [stride.stride_time_s for stride in strides if stride.stride_time_s is not None]
    true_s = np.median([ref["duration_s"] for ref in reference])
    return Jog(
        name,
        len(reference),
        len(same),
        1e3 * float(np.median(times_s) - true_s) if times_s else None,
        tuple(found - true for found, true in lengths),
        tuple(100.0 * (found - true) / true for found, true in lengths),
    )


def _errors_ms(
    strides: Sequence[Stride], annotated: Sequence[dict[str, str]], field: str, column: str
) -> tuple[float, ...]:
    errors: list[float] = []
    for foot in sorted({row["foot"] for row in annotated}):
        true_s = [float(row[column]) / _MOCAP_HZ for row in annotated if row["foot"] == foot]
        found_s = [float(getattr(stride, field)) for stride in strides if stride.foot == foot]
        errors += [1e3 * (found_s[j] - true_s[i]) for i, j in match(true_s, found_s).pairs]
    return tuple(errors)
