"""What can be said, as data: what a cue reads, what it does to the joints, and the drill it points to.

No cue has a target from a population: `direction` is relative to what this runner usually does at this speed.
The words are in the language packs, see `words`.
"""

from dataclasses import dataclass
from typing import Final

from stridesense.coaching.guard import Effect
from stridesense.model import Theme

WINDOW_STRIDES: Final = 25
"""Strides of one foot before anything is said: stable means of running variables (Oliveira and Pirscoveanu
2021)."""

LESS, NONE, MORE, UNKNOWN = Effect.LESS, Effect.NONE, Effect.MORE, Effect.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class CueRule:
    """One correction, and when it is due.

    Attributes:
        cue_id: its stable name, and that of its words in every language.
        theme: what it is about.
        metric: what it reads, a name of `METRICS` or a field of the stride record.
        direction: 1 where too much is off, -1 where too little is, 0 where both are.
        ankle: what following it does to the load of the ankle,
        knee: of the knee,
        impact: and to the impact.
        source: where that is from.
        drill: the exercise that teaches it.
        one_foot: whether it can be said of one foot.
    """

    cue_id: str
    theme: Theme
    metric: str
    direction: int
    ankle: Effect
    knee: Effect
    impact: Effect
    source: str
    drill: str
    one_foot: bool = True


RULES: Final = (
    CueRule(
        cue_id="heel_held",
        theme=Theme.HEEL,
        metric="heel_height_mm",
        direction=1,
        ankle=LESS,
        knee=NONE,
        impact=NONE,
        source="Almonroeder et al. 2013: +11 % Achilles impulse a step without the heel; an inference",
        drill="heel_kiss",
    ),
    CueRule(
        cue_id="push_off_hard",
        theme=Theme.PUSH_OFF,
        metric="push_off_rate_dps",
        direction=1,
        ankle=LESS,
        knee=NONE,
        impact=NONE,
        source="feedback changes ankle work both ways in walking (JEB 221, jeb182113); an inference",
        drill="float_off",
    ),
    CueRule(
        cue_id="pull_late",
        theme=Theme.PULL,
        metric="pull_delay_s",
        direction=1,
        ankle=UNKNOWN,
        knee=UNKNOWN,
        impact=NONE,
        source="no trial is known; the Pose Method as a whole raised ankle work (Arendse et al. 2004)",
        drill="foot_pull",
    ),
    CueRule(
        cue_id="landing_ahead",
        theme=Theme.LANDING,
        metric="braking_index",
        direction=1,
        ankle=UNKNOWN,
        knee=LESS,
        impact=LESS,
        source="Baggaley et al. 2016: a shorter step spares the knee, and may raise ankle work",
        drill="run_on_the_spot",
    ),
    CueRule(
        cue_id="landing_hard",
        theme=Theme.LANDING,
        metric="impact_g",
        direction=1,
        ankle=MORE,
        knee=LESS,
        impact=LESS,
        source="Baggaley et al. 2016: landing softer moves work to the ankle; Chan et al. 2018",
        drill="run_on_the_spot",
    ),
    CueRule(
        cue_id="contact_long",
        theme=Theme.CONTACT,
        metric="contact_time_s",
        direction=1,
        ankle=UNKNOWN,
        knee=LESS,
        impact=UNKNOWN,
        source="Lyght et al. 2016 by way of cadence; an inference",
        drill="rope_jump",
    ),
    CueRule(
        cue_id="cadence_low",
        theme=Theme.CADENCE,
        metric="cadence_spm",
        direction=-1,
        ankle=LESS,
        knee=LESS,
        impact=LESS,
        source="Lyght et al. 2016: +5 % cadence, less Achilles stress; Heiderscheit et al. 2011",
        drill="metronome",
        one_foot=False,
    ),
    CueRule(
        cue_id="uneven",
        theme=Theme.ASYMMETRY,
        metric="contact_asymmetry_percent",
        direction=0,
        ankle=UNKNOWN,
        knee=UNKNOWN,
        impact=UNKNOWN,
        source="no trial is known: relief of one leg may load the other",
        drill="one_leg_balance",
        one_foot=False,
    ),
    CueRule(
        cue_id="ankle_stiffens",
        theme=Theme.DRIFT,
        metric="change",
        direction=0,
        ankle=LESS,
        knee=NONE,
        impact=NONE,
        source="Sanno et al. 2018: fatigue shifts work between the joints; an inference",
        drill="shake_out",
    ),
)
"""The corrections in the order in which they are preferred while nothing is known of what helps."""

BY_ID: Final = {rule.cue_id: rule for rule in RULES}

TENSION: Final = {
    "heel_height_mm": 1,
    "heel_drop_deg": -1,
    "ball_time_s": 1,
    "push_off_rate_dps": 1,
    "contact_time_s": 1,
}
"""Changes that speak of a stiffening ankle, by metric and direction (our own choice); any other is told, not
cued."""

LOAD_AMBER: Final = "load_amber"
LOAD_RED: Final = "load_red"
POD_BATTERY: Final = "pod_battery"
POD_LINK: Final = "pod_link"
POD_MOVED: Final = "pod_moved"
SEE_A_PROFESSIONAL: Final = "see_a_professional"
NOTICES: Final = (LOAD_AMBER, LOAD_RED, POD_BATTERY, POD_LINK, POD_MOVED, SEE_A_PROFESSIONAL)
"""What is not about form: said whatever the theme."""
