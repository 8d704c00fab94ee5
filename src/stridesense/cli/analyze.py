"""`stridesense analyze`."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from stridesense.cli.coach_lines import closing_lines, opening_lines, withheld_line
from stridesense.cli.coaching import recorded_or_first, remark_on_cues
from stridesense.cli.history_words import known_as
from stridesense.cli.mqtt import ConfigOption
from stridesense.cli.remarks import remark
from stridesense.cli.shoe import ShoeOption, remark_on_feet, worn
from stridesense.cli.summary import overview_table
from stridesense.cli.terminal import note, tracked
from stridesense.model import PodReading, Stride, Withheld
from stridesense.model.strides import RECORD_FIELDS
from stridesense.pipeline import Outcome
from stridesense.recording.reader import Recording
from stridesense.report.measures import of_readings, of_strides
from stridesense.runtime.config import load_settings
from stridesense.runtime.session import SessionReport, outcomes
from stridesense.runtime.setup import Setup
from stridesense.sources.replay import duration_s, flow, open_recorded


class Format(StrEnum):
    """How the strides are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A recording, or a CSV with the plain header.")
    ],
    *,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="A summary for people; lines for programs.")
    ] = Format.TABLE,
    shoe: ShoeOption = None,
    config: ConfigOption = None,
) -> int:
    """Print the strides of a recording or of a CSV file.

    The plain header is t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z[,foot] in s, m/s^2 and rad/s; for other files
    there is `stridesense import`. Of a pod that sends only figures of its own firmware, those are printed.
    Ends with 3 when the recording is damaged.
    """
    profile, settings = worn(shoe), load_settings(config)
    recorded = open_recorded(file)
    code = remark(recorded)
    setup, is_recorded = recorded_or_first(recorded, file, settings, profile)
    report = SessionReport()
    packets = tracked(flow(recorded), "analyzing", duration_s(recorded))
    silences: list[Withheld] = []
    PRINTERS[form](_keeping(silences, outcomes(packets, setup.pipeline(), report)))
    if form is Format.TABLE and report.strides:
        explained_as = (
            known_as(recorded.meta.session_id, settings) if isinstance(recorded, Recording) else None
        )
        _print_coaching(report, silences, setup, explained_as)
    if is_recorded:
        remark_on_cues(recorded, report.cues)
    for line in report.remarks():
        note(line)
    remark_on_feet(setup.shoe, report)
    return code


def _print_table(found: Iterator[Outcome]) -> None:
    console = Console(highlight=False)
    strides: list[Stride] = []
    readings: list[PodReading] = []
    for outcome in found:
        if isinstance(outcome, Stride):
            strides.append(outcome)
        elif isinstance(outcome, PodReading):
            readings.append(outcome)
    if strides:
        console.print(overview_table(of_strides(strides)))
    if readings:
        console.print(overview_table(of_readings(readings)))


def _keeping(silences: list[Withheld], found: Iterator[Outcome]) -> Iterator[Outcome]:
    """Hand all on, and keep what was due and not said."""
    for outcome in found:
        if isinstance(outcome, Withheld):
            silences.append(outcome)
        yield outcome


def _print_coaching(
    report: SessionReport, silences: Sequence[Withheld], setup: Setup, explained_as: str | None
) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    silence = withheld_line(silences, explained_as)
    for line in (
        *opening_lines(setup.briefing),
        *(f"cue at {cue.t_s:.1f} s: {cue.text} ({cue.reason})" for cue in report.cues),
        *closing_lines(report, setup.briefing),
        *([] if silence is None else [silence]),
    ):
        console.print(line)


def _print_jsonl(found: Iterator[Outcome]) -> None:
    for outcome in found:
        if isinstance(outcome, Stride | PodReading):
            sys.stdout.write(json.dumps(outcome.to_record(), allow_nan=False) + "\n")


def _print_csv(found: Iterator[Outcome]) -> None:
    rows = csv.DictWriter(sys.stdout, RECORD_FIELDS, extrasaction="ignore", lineterminator="\n")
    rows.writeheader()
    for outcome in found:
        if isinstance(outcome, Stride):
            rows.writerow({**outcome.to_record(), "flags": " ".join(outcome.flags)})


PRINTERS: Final[dict[Format, Callable[[Iterator[Outcome]], None]]] = {
    Format.TABLE: _print_table,
    Format.JSONL: _print_jsonl,
    Format.CSV: _print_csv,
}
