"""Other people's methods on the same samples: programs that are started, heard and compared."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from stridesense.errors import InputError
from stridesense.model.samples import FloatArray
from stridesense.validation.cases import Case
from stridesense.validation.matching import match
from stridesense.validation.quantities import CONTACT_TIME, INITIAL_CONTACT, STRIKE_ANGLE, TOE_OFF
from stridesense.validation.trials import Trial

OURS: Final = "StrideSense"
LIST: Final = "peers.toml"
_LONGEST_S: Final = 900.0
_STANDING_S: Final = (0.5, 3.0)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program and the interpreter that runs it."""

    program: Path
    python: Path


@dataclass(frozen=True, slots=True)
class NotRun:
    """A peer that could not be heard, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class MethodOnCase:
    """A method on one case: errors of its quantities, (n,) each, of `found` among `true` strides."""

    case: Case
    true: int
    found: int
    errors: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method on every case that it was given."""

    name: str
    on_cases: tuple[MethodOnCase, ...]


def peers_in(folder: Path) -> list[Peer]:
    """The peers that the folder's `peers.toml` names.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    path = folder / LIST
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["peer"]
        return [Peer(folder / row["program"], _python(folder, row.get("environment"))) for row in rows]
    except OSError as error:
        msg = f"{folder} holds no peers: {path} cannot be read: {error.strerror}"
        raise InputError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path} is no list of peers: {error}"
        raise InputError(msg) from error


def _python(folder: Path, environment: str | None) -> Path:
    """The interpreter of an environment, ours when none is named."""
    if environment is None:
        return Path(sys.executable)
    place = folder / environment
    return place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def heard_by(
    peers: Sequence[Peer], trials: Sequence[Trial], folder: Path
) -> tuple[list[Method], list[NotRun]]:
    """Let each peer hear the samples that the trials left in `folder`, and compare its answers.

    A peer that is not installed, fails or takes more than a quarter of an hour is named with the reason.
    """
    with ThreadPoolExecutor() as pool:
        places = [folder / f"answers{number:02d}" for number in range(len(peers))]
        answers = list(pool.map(lambda peer, place: _answers(peer, trials, place), peers, places))
    methods = [method for answer in answers if not isinstance(answer, NotRun) for method in answer]
    return methods, [answer for answer in answers if isinstance(answer, NotRun)]


def ours(trials: Sequence[Trial]) -> Method:
    """StrideSense as one method among the others."""
    return Method(OURS, tuple(_our_own(trial) for trial in trials))


def _our_own(trial: Trial) -> MethodOnCase:
    compared = trial.compared
    return MethodOnCase(trial.case, len(trial.truth), len(compared.pairs), compared.errors)


def samples_path(folder: Path, case: Case) -> Path:
    """Where the samples of a case are kept for the peers."""
    return folder / f"case{case.number:03d}.npz"


def _answers(peer: Peer, trials: Sequence[Trial], answers: Path) -> list[Method] | NotRun:
    """What a peer writes into the new folder `answers`, which lies among the samples."""
    name = peer.program.stem
    if not peer.python.exists():
        return NotRun(name, f"its environment {peer.python.parents[1].name} is not there")
    samples = [str(samples_path(answers.parent, trial.case)) for trial in trials]
    try:
        answers.mkdir()
        subprocess.run(  # noqa: S603 - the program and its interpreter are what the person named
            [str(peer.python), str(peer.program), str(answers), *samples],
            check=True,
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
        )
        return _read(trials, answers)
    except subprocess.CalledProcessError as error:
        return NotRun(name, (error.stderr.strip().splitlines() or ["it failed without a word"])[-1])
    except subprocess.TimeoutExpired:
        return NotRun(name, f"it took more than {_LONGEST_S:.0f} s")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return NotRun(name, f"its answer cannot be read: {error!r}")


def _read(trials: Sequence[Trial], answers: Path) -> list[Method]:
    by_method: dict[str, list[MethodOnCase]] = {}
    for trial in trials:
        for found in json.loads((answers / f"case{trial.case.number:03d}.json").read_text("utf-8")):
            by_method.setdefault(found["method"], []).append(_compared(trial, found))
    return [Method(name, tuple(on_cases)) for name, on_cases in by_method.items()]


def _compared(trial: Trial, found: Mapping[str, Any]) -> MethodOnCase:
    if "pitch_deg" in found:
        return _compared_pitch(trial, np.array(found["t_s"]), np.array(found["pitch_deg"]))
    landings, leavings = np.array(found["initial_contact_s"]), np.array(found["terminal_contact_s"])
    pairs = match([stride.initial_contact_s for stride in trial.truth], landings.tolist()).pairs
    true, mine = [trial.truth[i] for i, _ in pairs], np.array([j for _, j in pairs], dtype=int)
    landing_ms = 1e3 * (landings[mine] - np.array([stride.initial_contact_s for stride in true]))
    leaving_ms = 1e3 * (leavings[mine] - np.array([stride.terminal_contact_s for stride in true]))
    errors = {INITIAL_CONTACT: landing_ms, TOE_OFF: leaving_ms, CONTACT_TIME: leaving_ms - landing_ms}
    return MethodOnCase(trial.case, len(trial.truth), len(pairs), errors)


def _compared_pitch(trial: Trial, t_s: FloatArray, pitch_deg: FloatArray) -> MethodOnCase:
    """Pitch at the true landing, against what the same filter said of the standing foot."""
    standing = pitch_deg[(t_s >= _STANDING_S[0]) & (t_s <= _STANDING_S[1])].mean()
    at_landing = np.interp([stride.initial_contact_s for stride in trial.truth], t_s, pitch_deg)
    errors = at_landing - standing - np.array([stride.strike_angle_deg for stride in trial.truth])
    return MethodOnCase(trial.case, len(trial.truth), len(errors), {STRIKE_ANGLE: errors})
