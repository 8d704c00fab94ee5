"""A miss is shown as a miss."""

import pytest

from stridesense.model import HeelState, StrikeType
from stridesense.validation.bars import verdicts
from stridesense.validation.page import bars_table, page
from stridesense.validation.trials import Trial
from stridesense.validation.verdicts import Reading, Status, Verdict, at_least, at_most
from validation.making import case, study, trial


def judged(bar: str, *trials: Trial) -> Verdict:
    return next(verdict for verdict in verdicts(study(*trials)) if verdict.bar == bar)


def test_sizes_are_judged_without_their_sign() -> None:
    assert at_most("x", 5, "ms", [Reading("pool", -4.9)]).status is Status.PASS
    assert at_most("x", 5, "ms", [Reading("pool", -5.1)]).status is Status.BEHIND
    assert at_least("x", 95, "%", [Reading("pool", 94.9)]).status is Status.BEHIND


def test_a_single_case_beyond_the_limit_is_not_hidden_by_its_pool() -> None:
    cases = [Reading("good", 1.0), Reading("bad", 9.0)]
    verdict = at_most("x", 5, "ms", [Reading("pool", 4.0)], cases)
    assert verdict.status is Status.POOLED
    assert verdict.out == "1 of 2"
    assert verdict.worst == "9.0 (bad)"


def test_what_was_not_measured_does_not_pass() -> None:
    assert at_most("x", 5, "ms", []).status is Status.UNMEASURED
    assert judged("stride length bias", trial()).status is Status.UNMEASURED


def test_never_is_a_miss() -> None:
    verdict = at_most("x", 60, "s", [Reading("pool", float("inf"))])
    assert (verdict.status, verdict.pooled) == (Status.BEHIND, "never (pool)")


@pytest.mark.parametrize(
    ("late_s", "status"), [(0.0, Status.PASS), (0.004, Status.PASS), (0.010, Status.BEHIND)]
)
def test_landings_that_are_found_late_miss_the_bar(late_s: float, status: Status) -> None:
    verdict = judged("initial contact bias", trial(late_s))
    assert verdict.status is status
    assert verdict.pooled.startswith(f"{1e3 * late_s:.1f} ")


def test_one_bad_case_among_good_ones_is_named() -> None:
    good = [trial(of=case(number)) for number in range(4)]
    bad = trial(0.008, of=case(5, speed_mps=4.4))
    verdict = judged("initial contact bias", *good, bad)
    assert verdict.status is Status.POOLED
    assert "4.4 m/s" in verdict.worst


def test_missed_strides_miss_the_bar() -> None:
    bar = "strides found, at each strike type, runner and mounting"
    assert judged(bar, trial()).status is Status.PASS
    assert judged(bar, trial(missed=1)).status is Status.BEHIND


def test_a_kissing_heel_called_held_misses_the_bar() -> None:
    bar = "kissing heel, called held"
    assert judged(bar, trial()).status is Status.PASS
    assert judged(bar, trial(heel_state=HeelState.HELD)).status is Status.BEHIND


def test_a_rearfoot_landing_is_never_held() -> None:
    bar, heel_first = "rearfoot strides called held", case(strike=StrikeType.REARFOOT)
    assert judged(bar, trial(of=heel_first, heel_state=HeelState.REARFOOT)).status is Status.PASS
    assert judged(bar, trial(of=heel_first, heel_state=HeelState.HELD)).status is Status.BEHIND


def test_the_page_shows_the_miss_and_what_was_not_run() -> None:
    text = page(study(trial(0.010)))
    row = next(line for line in text.splitlines() if line.startswith("| initial contact bias "))
    assert row.endswith("| **behind** |")
    assert "5 % of the peak vertical load" in text
    assert "Not run: no folder of recordings was given." in text


def test_every_row_of_the_table_has_every_cell() -> None:
    lines = bars_table(verdicts(study(trial()))).splitlines()
    assert {line.replace("\\|", "").count("|") for line in lines} == {7}
