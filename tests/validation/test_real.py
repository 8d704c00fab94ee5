"""Real recordings beside their references."""

from pathlib import Path

import pytest

from stridesense.errors import InputError
from stridesense.model import Gait
from stridesense.validation.real import RealTask


def test_the_real_recordings_are_compared(shared_data: Path) -> None:
    real = RealTask(shared_data).run()
    assert real.walk.annotated == 57
    assert len(real.walk.initial_contact_ms) >= 0.9 * real.walk.annotated
    assert sum(jog.found for jog in real.jogs) >= 0.95 * sum(jog.reference for jog in real.jogs)
    assert all(walk.gaits[Gait.RUN] == 0 for walk in real.walks)


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vicon_jog"):
        RealTask(tmp_path).check()
