"""`stridesense report`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from stridesense.cli.coach_lines import opening_lines, practice_lines
from stridesense.cli.coaching import recorded_or_first, remark_on_cues
from stridesense.cli.history_silence import WHY, merged, unjudged
from stridesense.cli.history_words import when
from stridesense.cli.mqtt import ConfigOption
from stridesense.cli.remarks import remark, rows_left_out
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.cli.terminal import note, tracked
from stridesense.coaching.silences import ANY
from stridesense.errors import UsageError
from stridesense.model import Foot
from stridesense.recording.reader import Recording
from stridesense.report.page import page
from stridesense.report.session import About, ReportedSession
from stridesense.runtime.chosen_recording import recording_of
from stridesense.runtime.config import load_settings
from stridesense.runtime.files import check_place, write_whole
from stridesense.runtime.gathering import Gathered, gather
from stridesense.runtime.setup import Setup
from stridesense.sinks.coach_words import clock
from stridesense.sources.replay import Recorded, duration_s, flow, open_recorded
from stridesense.units import NS_PER_S

FROM_CSV: Final = "csv"
"""Source of a recording that `import` made: it says when that was done, not when the session was."""


def command(
    session: Annotated[
        str,
        typer.Argument(
            metavar="SESSION", help="A recording, a CSV, an id of `stridesense history`, or latest."
        ),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page, NAME.html.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    shoe: ShoeOption = None,
    config: ConfigOption = None,
) -> int:
    """Write a page about a session, with plots, that needs no network and no other file.

    Ends with 3 when the recording is damaged.
    """
    _check_suffix(output)
    profile, settings = worn(shoe), load_settings(config)
    file = recording_of(session, settings)
    check_place(output, force=force, source=file)
    recorded = open_recorded(file)
    code = remark(recorded)
    setup, is_recorded = recorded_or_first(recorded, file, settings, profile)
    gathered = gather(tracked(flow(recorded), "analyzing", duration_s(recorded)), setup.pipeline())
    about = _about(recorded, file, setup, gathered)
    write_whole(output, [page(ReportedSession(about, gathered))])
    if is_recorded:
        remark_on_cues(recorded, gathered.cues)
    note(f"{gathered.report.strides.total()} strides and {len(gathered.cues)} cues: {output}")
    return code


def _check_suffix(output: Path) -> None:
    if output.suffix.lower() not in {".html", ".htm"}:
        msg = f"{output} is no .html file: name the page accordingly"
        raise UsageError(msg)


def _about(recorded: Recorded, file: Path, setup: Setup, gathered: Gathered) -> About:
    meta = recorded.meta if isinstance(recorded, Recording) else None
    coach = gathered.report.coach
    return About(
        began=None if meta is None or meta.source == FROM_CSV else when(meta.anchor_unix_ns / NS_PER_S),
        file=file.name,
        source="a CSV file, whose date is not known"
        if meta is None or meta.source == FROM_CSV
        else meta.source,
        session_id=None if meta is None else meta.session_id,
        shoe=None if setup.shoe is None else setup.shoe.shoe,
        made_by=None if meta is None else f"stridesense {meta.software_version}",
        damage=tuple(_damage(recorded)),
        opening=tuple(opening_lines(setup.briefing)),
        to_practise=tuple(practice_lines(gathered.cues, coach.budgets if coach else (), setup.briefing)),
        withheld=tuple(_withheld(gathered)),
        unjudged=None if coach is None else unjudged(coach, setup.briefing),
    )


def _damage(recorded: Recorded) -> Iterator[str]:
    if not isinstance(recorded, Recording):
        yield from rows_left_out(recorded.report)
    elif recorded.damage is not None:
        yield f"the recording is damaged: {recorded.damage}"


def _withheld(gathered: Gathered) -> Iterator[str]:
    """What was due and not said, stretch by stretch; where nothing could be judged is not such a thing."""
    for quiet in merged(gathered.withheld):
        stretch = quiet.longest
        if stretch.cue_id == ANY:
            continue
        foot = "" if stretch.foot is Foot.UNKNOWN else f", {stretch.foot} foot"
        yield (
            f"{clock(quiet.first_s)} to {clock(quiet.last_s)} {stretch.cue_id.replace('_', ' ')}{foot}: "
            f"{WHY[stretch.why]} ({quiet.strides} strides; {stretch.reason})"
        )
