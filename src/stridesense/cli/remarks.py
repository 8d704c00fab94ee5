"""What has to be said about a file besides its data."""

from collections.abc import Iterator

from stridesense.cli.terminal import DATA_LOST, note
from stridesense.recording.cleaning import FootReport
from stridesense.recording.importer import ImportReport
from stridesense.recording.reader import Recording
from stridesense.sources.replay import Recorded


def remark(recorded: Recorded) -> int:
    """Say what is damaged, or was left out; the exit code that follows from it."""
    if not isinstance(recorded, Recording):
        remark_on_rows(recorded.report)
        return 0
    if recorded.damage is None:
        return 0
    note(f"damaged: {recorded.damage}")
    return DATA_LOST


def remark_on_rows(report: ImportReport) -> None:
    """Say which rows of a CSV file were left out, and where some seem to be missing."""
    for line in rows_left_out(report):
        note(line)


def rows_left_out(report: ImportReport) -> Iterator[str]:
    """Which rows of a CSV file were left out, and where some seem to be missing."""
    if report.torn_lines:
        yield "the last line has no line end, so it may be cut, and was left out"
    for foot in report.feet:
        if phrases := ", ".join(_phrases(foot)):
            yield f"{foot.foot} foot, {foot.samples} samples at {foot.sampling_rate_hz:.1f} Hz: {phrases}"


def _phrases(report: FootReport) -> Iterator[str]:
    counts = {
        "incomplete rows left out": report.incomplete_rows,
        "repeated rows left out": report.repeated_rows,
        "rows left out whose time was that of the row before": report.repeated_times,
        "rows left out whose time ran backwards": report.backward_times,
        "samples seem to be missing": report.missing_samples,
        "stalls": report.stalls,
    }
    return (f"{count} {what}" for what, count in counts.items() if count)
