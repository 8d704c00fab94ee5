"""Changes within a run are seen where there are some, and not where there are none."""

import pytest

from stridesense.model import StrikeType
from stridesense.validation.cases import MODELS, Wearer
from stridesense.validation.changes import SLIPS_DEG, DiscriminationTask, Slip, SlipTask, Slope, Trait


def push_area(strength: float) -> float | None:
    trait = Trait("push", strength, ("push_off_rate_dps",))
    task = DiscriminationTask(Wearer(model=MODELS[0], seed=5), StrikeType.FOREFOOT, trait)
    return task.run().areas["push_off_rate_dps"]


def test_the_same_push_is_not_told_apart() -> None:
    assert push_area(1.0) == pytest.approx(0.5, abs=0.15)


def test_a_stronger_push_turns_the_foot_faster() -> None:
    area = push_area(1.35)
    assert area is not None
    assert area > 0.8


def test_a_slope_changes_nothing_that_was_not_measured() -> None:
    assert Slope("x", StrikeType.FOREFOOT, 8.0, None, 3.0).change_mm is None
    assert Slope("x", StrikeType.FOREFOOT, 8.0, 1.0, 3.5).change_mm == 2.5


def slip(turn_deg: tuple[float, float, float]) -> Slip:
    return SlipTask(Wearer(model=MODELS[0], seed=5), StrikeType.MIDFOOT, turn_deg).run()


@pytest.mark.parametrize("turn_deg", SLIPS_DEG)
def test_a_pod_that_slips_is_flagged_afterwards(turn_deg: tuple[float, float, float]) -> None:
    found = slip(turn_deg)
    assert found.flagged_after_s is not None
    assert 0.0 < found.flagged_after_s < 60.0
    assert found.flagged_before == 0


def test_a_pod_that_stays_is_never_flagged() -> None:
    found = slip((0.0, 0.0, 0.0))
    assert (found.flagged_after_s, found.flagged_before) == (None, 0)
