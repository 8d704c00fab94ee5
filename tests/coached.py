"""A coach that speaks from the first full window on, for runs shorter than a warm-up."""

from typing import Any

from stridesense.coaching.briefing import Briefing
from stridesense.coaching.settings import CoachSettings
from stridesense.pipeline import Pipeline, PipelineParams


def briefing(**settings: Any) -> Briefing:
    """The briefing of a coach who does not wait for the warm-up, with these settings beside."""
    return Briefing(coach=CoachSettings(**{"warm_up_s": 0.0, "probe_s": 0.0, **settings}))


def eager_pipeline(**settings: Any) -> Pipeline:
    """The river with that coach."""
    return Pipeline(PipelineParams(briefing=briefing(**settings)))


TALKATIVE = briefing(same_cue_gap_s=20.0, any_cue_gap_s=15.0)
"""For a run of the demo's length: the runner of the demo is given two cues."""
