"""The cues as data: each with its source, and none that loads the calf without saying so."""

from stridesense.coaching.guard import Effect
from stridesense.coaching.metrics import METRICS
from stridesense.coaching.rules import BY_ID, RULES, TENSION
from stridesense.model import Theme


def test_every_theme_of_form_has_a_cue_and_every_cue_its_source_and_drill() -> None:
    assert {rule.theme for rule in RULES} == set(Theme) - {Theme.BUDGET, Theme.POD}
    assert len(BY_ID) == len(RULES)
    assert all(rule.source and rule.drill for rule in RULES)


def test_every_metric_of_a_rule_and_of_tension_is_one_that_is_compared() -> None:
    assert {rule.metric for rule in RULES} <= {*METRICS, "change"}
    assert set(TENSION) <= set(METRICS)


def test_what_softens_the_landing_is_known_to_load_the_ankle() -> None:
    assert BY_ID["landing_hard"].ankle is Effect.MORE
    assert BY_ID["uneven"].ankle is Effect.UNKNOWN
    assert BY_ID["heel_held"].ankle is Effect.LESS
