"""The checks of a season find what they are for: a log for each kind of violation, none in a clean one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from coaching.season_checks import RULES, violations
from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.settings import BudgetSettings, CoachSettings
from stridesense.model import (
    Cue,
    CueKind,
    Foot,
    Gait,
    Gap,
    GapCause,
    Instruction,
    Order,
    Stride,
    Theme,
)

FEET = (Foot.LEFT, Foot.RIGHT)
RUN_S = 2000.0
FREE = {foot: LegBriefing(largest_load=10_000.0) for foot in FEET}

Change = Callable[[Stride], Stride]


def cue(t_s: float, **changes: object) -> Cue:
    base = Cue(
        cue_id="heel_held", theme=Theme.HEEL, kind=CueKind.CORRECTION, foot=Foot.LEFT, t_s=t_s,
        text="let the left heel kiss down", reason="up in 80% of the last 25 strides",
        metric="heel_height_mm", value=15.0, window_strides=25, valid_for_s=2.0,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def log(*said: object, change: Change = lambda stride: stride) -> list[object]:
    """Two feet running for half an hour, with what is said, or comes otherwise, in its place."""
    items: list[tuple[float, object]] = []
    for number in range(int(RUN_S / 0.4)):
        start_s = 0.4 * number
        stride = Stride(
            foot=FEET[number % 2], index=number // 2, gait=Gait.RUN, initial_contact_s=start_s,
            terminal_contact_s=start_s + 0.3, stride_time_s=0.8, contact_time_s=0.3, slope_deg=0.0,
            calf_load=1.0, quality=1.0,
        )  # fmt: skip
        items.append((start_s + 0.8, change(stride)))
    for one in said:
        at_s, item = one if isinstance(one, tuple) else (one.t_s, one)  # type: ignore[attr-defined]
        items.append((at_s, item))
    return [item for _, item in sorted(items, key=lambda pair: (pair[0], isinstance(pair[1], Cue)))]


def broken(said: list[object], briefing: Briefing | None = None, **checked: Change) -> set[str]:
    """The rules that a log breaks."""
    known = briefing or Briefing(legs=FREE)
    found = violations(log(*said, **checked), known, lambda cue: cue.cue_id == "landing_hard")
    return {violation.rule for violation in found}


def coach(**settings: object) -> Briefing:
    return Briefing(coach=CoachSettings(**settings), legs=FREE)  # type: ignore[arg-type]


def amid(first_s: float, last_s: float, **changes: object) -> Change:
    """Strides that end between two moments, changed."""

    def change(stride: Stride) -> Stride:
        inside = first_s <= stride.initial_contact_s + 0.8 <= last_s
        return replace(stride, **changes) if inside else stride  # type: ignore[arg-type]

    return change


def later(cut_s: float, pause_s: float) -> Change:
    """Strides after a pause."""

    def change(stride: Stride) -> Stride:
        if stride.initial_contact_s < cut_s:
            return stride
        return replace(
            stride,
            initial_contact_s=stride.initial_contact_s + pause_s,
            terminal_contact_s=stride.terminal_contact_s + pause_s,
        )

    return change


PRAISE = {"kind": CueKind.SUCCESS, "text": "good, light heels"}
PUSH = {"cue_id": "push_off_hard", "theme": Theme.PUSH_OFF}
HEALTH = {"cue_id": "h", "theme": Theme.BUDGET, "kind": CueKind.HEALTH}
SORE = LegBriefing(largest_load=10_000.0, soreness=3)
HARD = {"cue_id": "landing_hard", "theme": Theme.LANDING}


def hole(end_s: float, length_s: float, foot: Foot = Foot.LEFT) -> tuple[float, Gap]:
    return end_s, Gap(foot, end_s - length_s, end_s, 60, GapCause.RADIO)


def test_a_rightly_coached_run_breaks_nothing() -> None:
    load = cue(740.0, cue_id="load_amber", theme=Theme.BUDGET, kind=CueKind.LOAD)
    said = [cue(400.0), cue(460.0, **PRAISE), cue(650.0), load]
    assert broken(said) == set()


@pytest.mark.parametrize(
    ("rule", "said", "briefing"),
    [
        ("warm-up", [cue(299.0)], None),
        ("probe", [cue(500.0)], None),
        ("probe", [cue(1100.0, **PRAISE)], None),
        ("any-cue gap", [cue(400.0), cue(444.0, **PRAISE)], None),
        ("same-cue gap", [cue(320.0), cue(409.0)], None),
        ("same-cue gap", [cue(320.0), cue(919.0)], coach(same_cue_gap_s=600.0)),
        ("success gap", [cue(320.0, **PRAISE), cue(470.0, **PRAISE)], None),
        ("cues an hour", [cue(310.0 + 50.0 * i, cue_id=f"c{i}") for i in range(4)], coach(cues_per_hour=3)),
        ("one theme", [cue(320.0), cue(420.0, **PUSH)], None),
        ("one theme", [cue(320.0), cue(400.0, **PUSH), cue(460.0, **HARD)], coach(second_theme=True)),
        ("theme", [cue(320.0, **PUSH)], coach(theme=Theme.HEEL)),
        ("theme", [cue(320.0, theme=Theme.POD)], None),
        ("mute", [cue(400.0)], coach(muted=True)),
        ("mute", [(399.0, Instruction(order=Order.MUTE, arrival_ns=0)), cue(400.0, kind=CueKind.POD)], None),
        ("fading", [cue(430.0)], coach(fading=(0.75,))),
        ("words", [cue(400.0, text="let the left heel kiss down now please")], None),
        ("reason", [cue(400.0, reason="the heel stays up")], None),
        ("stamp", [(410.0, cue(400.0))], None),
        ("guard", [cue(400.0, **HARD)], Briefing(legs=FREE, adaptation_week=2)),
        ("guard", [cue(400.0, **HARD)], Briefing(legs={Foot.RIGHT: FREE[Foot.RIGHT]})),
        ("guard", [cue(400.0, **HARD, foot=Foot.UNKNOWN)], Briefing(legs={Foot.LEFT: FREE[Foot.LEFT]})),
        ("guard", [cue(400.0, **HARD)], Briefing(legs={Foot.LEFT: LegBriefing(largest_load=620.0)})),
        ("guard", [cue(400.0, **HARD)], Briefing(legs={Foot.LEFT: SORE})),
        ("symptoms", [cue(400.0)], Briefing(legs={Foot.RIGHT: LegBriefing(soreness=4)})),
        ("red flags", [cue(400.0)], Briefing(legs=FREE, red_flags=("swelling",))),
        ("red flags", [cue(400.0, **HEALTH), cue(490.0, **HEALTH)], None),
        ("bad link", [hole(398.0, 0.6), cue(400.0)], None),
        ("bad link", [*[hole(at_s, 0.4) for at_s in (380.0, 384.0, 388.0, 392.0)], cue(400.0)], None),
    ],
)  # fmt: skip
def test_a_violation_is_found(rule: str, said: list[object], briefing: Briefing | None) -> None:
    assert rule in broken(said, briefing)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("not running", amid(398.0, 400.0, gait=Gait.WALK)),
        ("not running", amid(398.0, 400.0, gait=Gait.HOP)),
        ("slope change", amid(392.0, 410.0, slope_deg=4.0)),
        ("unclear", amid(396.0, 400.0, quality=0.3)),
    ],
)
def test_a_cue_while_not_running_steadily_is_found(rule: str, change: Change) -> None:
    assert broken([cue(400.0)], change=change) == {rule}


def test_a_cue_just_after_a_stop_is_found() -> None:
    assert broken([(400.85, cue(404.8))], change=later(400.0, 4.0)) == {"not running"}


def test_nothing_is_forbidden_that_the_rules_allow() -> None:
    health = cue(500.0, **HEALTH)
    load = cue(550.0, cue_id="load_red", kind=CueKind.LOAD, theme=Theme.BUDGET)
    assert broken([health], coach(muted=True)) == set()
    assert broken([load]) == set()
    assert broken([cue(320.0), cue(400.0, **PUSH)], coach(second_theme=True)) == set()
    chosen = (390.0, Instruction(order=Order.THEME, arrival_ns=0, value="push_off"))
    assert broken([cue(320.0), chosen, cue(400.0, **PUSH)]) == set()
    spared = Briefing(legs=FREE, budget=BudgetSettings(guard_from=0.8))
    assert broken([cue(400.0, **HARD)], spared) == set()
    other = [hole(398.0, 1.9, Foot.RIGHT), cue(400.0)]
    assert broken(other) == set()


def test_every_rule_is_put_to_the_test() -> None:
    """So that no new rule goes without a log that breaks it."""
    tests = (test_a_violation_is_found, test_a_cue_while_not_running_steadily_is_found)
    cases = [case for test in tests for mark in test.pytestmark for case in mark.args[1]]
    assert {rule for rule, *_ in cases} >= {*RULES, "guard"}
