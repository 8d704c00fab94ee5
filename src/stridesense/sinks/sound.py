"""What speech and tones share: a child program that cannot hang us, and sound files that appear whole."""

import asyncio
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from stridesense.model import Cue

_SAID_IN_VAIN: Final = ("error:", "Error:", "Can't ")
"""How the lines begin by which espeak-ng tells of a fault; it ends with 0 all the same."""

_LAST_WORDS_BYTES: Final = 4000


class UnheardError(Exception):
    """A cue could not be made heard; a part of a sentence that says why, and what to do."""


async def run_program(command: Sequence[str], timeout_s: float, remedy: str = "") -> None:
    """Run a program until it ends, and leave nothing of it behind, also when cancelled.

    Args:
        command: the program and its arguments; no shell reads them.
        timeout_s: it is killed when it takes longer, s.
        remedy: what to do when it is not installed.

    Raises:
        UnheardError: the program is missing, fails, or hangs.
    """
    name = Path(command[0]).name
    if shutil.which(command[0]) is None:
        msg = f"{name} is not installed: {remedy}"
        raise UnheardError(msg)
    with _errors_of(name), TemporaryFile() as words:  # a pipe could be held open by what the program leaves
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=DEVNULL, stderr=words, start_new_session=True
        )
        try:
            async with asyncio.timeout(timeout_s):
                await process.wait()
        except TimeoutError:
            msg = f"{name} did not end within {timeout_s:g} s and was stopped"
            raise UnheardError(msg) from None
        finally:
            await _end(process)
        _check(name, process.returncode, _last_words(words))


def wav_file(folder: Path, cue: Cue) -> Path:
    """The file of a cue: its time in the session, what it is, and for which foot."""
    return folder / f"{cue.t_s:09.3f}_{re.sub(r'[^A-Za-z0-9-]+', '_', cue.cue_id)}_{cue.foot}.wav"


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A file to write in place of `path`, which then appears whole or not at all.

    Raises:
        UnheardError: the folder cannot be made or written to.
    """
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror or error}): set another folder of [voice]"
        raise UnheardError(msg) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _errors_of(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        msg = f"{name} cannot be started ({error})"
        raise UnheardError(msg) from None


async def _end(process: Process) -> None:
    """Kill the program and what it started: it is the first of a group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _last_words(words: IO[bytes]) -> list[str]:
    words.seek(max(0, words.seek(0, os.SEEK_END) - _LAST_WORDS_BYTES))
    return words.read().decode("utf-8", "replace").splitlines()


def _check(name: str, status: int | None, told: Sequence[str]) -> None:
    faults = [line.strip() for line in told if line.startswith(_SAID_IN_VAIN)]
    if status == 0 and not faults:
        return
    why = (faults or [line.strip() for line in told if line.strip()] or [f"status {status}"])[-1]
    msg = (
        f"{name} made no sound ({why}): connect a loudspeaker or earphones, or set folder of [voice] to have "
        "the sounds as files"
    )
    raise UnheardError(msg)
