"""What the live view shows of the feet, side by side: figures with their history, pitch and phases."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.text import Text

from stridesense.model import Foot, HeelState, Hop
from stridesense.sinks.coach_words import clock
from stridesense.sinks.live_view_drawing import curve, phases, sparkline
from stridesense.sinks.live_view_facts import Facts

LABEL_WIDTH: Final = 11
FIGURE_WIDTH: Final = 13
MOST_BARS: Final = 60
UNMEASURED: Final = "-"

HIGHEST_PITCH_DEG: Final = 30.0
LOWEST_PITCH_DEG: Final = -110.0
"""Between these a foot turns in running: the scale stands still, so that curves can be compared; our own
choice."""

HEEL_OF_HOP: Final = {True: "touched", False: "stayed up", None: "not seen"}

HEEL_STYLES: Final = {HeelState.HELD: "bold red", HeelState.PARTIAL: "yellow", HeelState.KISSED: "green"}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the stride record as a row."""

    label: str
    field: str
    unit: str
    scale: float = 1.0
    digits: int = 0


ROWS: Final = (
    Row("cadence", "cadence_spm", "/min"),
    Row("contact", "contact_time_s", "ms", 1e3),
    Row("push-off", "push_off_rate_dps", "deg/s"),
    Row("pull", "pull_rate_dps", "deg/s"),
)

MORE_ROWS: Final = (
    Row("heel drop", "heel_drop_deg", "deg", digits=1),
    Row("ball time", "ball_time_s", "ms", 1e3),
    Row("air time", "flight_time_s", "ms", 1e3),
    Row("strike", "strike_angle_deg", "deg", digits=1),
    Row("impact", "impact_g", "g", digits=1),
    Row("speed", "speed_mps", "m/s", digits=1),
)
"""Where there is room for them, in this order."""


def side_by_side(label: str, cells: Iterable[Text], width: int) -> Text:
    """A line: the label, then a cell for each foot."""
    line = Text(f" {label}".ljust(LABEL_WIDTH), style="")
    line.stylize("dim")
    for cell in cells:
        cell.truncate(width - 1, pad=True)
        line.append_text(cell).append(" ")
    return line


def column_width(facts: Facts, width: int) -> int:
    """How wide each foot's column is."""
    return max(8, (width - LABEL_WIDTH) // len(facts.feet()))


def table(facts: Facts, width: int, more_rows: int) -> list[Text]:
    """The feet's figures; `more_rows` of those that are less needed."""
    each = column_width(facts, width)
    names = [Text("foot" if foot is Foot.UNKNOWN else str(foot), "bold") for foot in facts.feet()]
    cadence, contact, *others = (_row(facts, row, each) for row in (*ROWS, *MORE_ROWS[:more_rows]))
    return [side_by_side("", names, each), cadence, contact, _heel_row(facts, each), *others]


def curves(facts: Facts, width: int, lines: int) -> list[Text]:
    """The pitch of each foot through its last stride; while it stood on the ground in bold."""
    each = column_width(facts, width)
    labels = ["toes up", *[""] * (lines - 2), "toes down"]
    drawn = [_curve(facts, foot, each - 2, lines) for foot in facts.feet()]
    return [side_by_side(label, cells, each) for label, *cells in zip(labels, *drawn, strict=True)]


def ground(facts: Facts, width: int) -> Text:
    """What of its last stride each foot spent on the ground, and how."""
    each = column_width(facts, width)
    return side_by_side("ground", [_phases(facts, foot, each - 2) for foot in facts.feet()], each)


def hops(facts: Facts, lines: int) -> list[Text]:
    """The last hops of a drill below their heading, the newest at the bottom."""
    shown = [_hop(hop) for hop in [*facts.hops][-max(0, lines - 1) :]] if lines > 1 else []
    if shown:
        shown[-1].stylize("bold")
    heading = Text(" hop      at  foot     heel       contact   left against right", "dim")
    return [heading, *shown, *[Text()] * (lines - 1 - len(shown))]


def _hop(hop: Hop) -> Text:
    symmetry = "" if hop.symmetry_percent is None else f"{hop.symmetry_percent:+.0f} %"
    heel, contact = HEEL_OF_HOP[hop.heel_touched], f"{1e3 * hop.contact_time_s:.0f} ms"
    return Text(
        f" {hop.number:<5}{clock(hop.t_s):>6}  {hop.foot:<9}{heel:<11}{contact:<10}{symmetry}".rstrip()
    )


def _row(facts: Facts, row: Row, width: int) -> Text:
    return side_by_side(row.label, [_figure(facts, row, foot, width) for foot in facts.feet()], width)


def _figure(facts: Facts, row: Row, foot: Foot, width: int) -> Text:
    value = facts.settled(foot, row.field)
    shown = UNMEASURED if value is None else f"{value * row.scale:.{row.digits}f} {row.unit}"
    history = facts.recent(foot, row.field, min(MOST_BARS, max(0, width - FIGURE_WIDTH - 2)) or 1)
    bars = sparkline(history) if width > FIGURE_WIDTH + 4 else ""
    style = "dim" if facts.stale_s() else "bold"
    return Text.assemble((shown.ljust(FIGURE_WIDTH), style), (bars, "dim cyan"))


def _heel_row(facts: Facts, width: int) -> Text:
    return side_by_side("heel", [_heel(facts, foot, width) for foot in facts.feet()], width)


def _heel(facts: Facts, foot: Foot, width: int) -> Text:
    """The last landing in a word, and how often the heel was held of late: that is what tires a calf."""
    states = facts.heels(foot)
    if not states:
        return Text(UNMEASURED)
    style = "dim" if facts.stale_s() else HEEL_STYLES.get(states[-1], "bold")
    held = states.count(HeelState.HELD)
    share = f"held {held} of {len(states)}" if width > 2 * FIGURE_WIDTH + 1 else f"{held}/{len(states)}"
    return Text.assemble((states[-1].ljust(FIGURE_WIDTH), style), share)


def _curve(facts: Facts, foot: Foot, width: int, lines: int) -> list[Text]:
    shape = facts.shapes.get(foot)
    if shape is None:
        return [Text()] * lines
    strides = facts.strides.get(foot)
    stood = strides[-1].contact_time_s / shape.stride_time_s if strides else 0.0
    signs = curve(shape.pitch_deg, LOWEST_PITCH_DEG, HIGHEST_PITCH_DEG, width, lines)
    flat = int(lines * HIGHEST_PITCH_DEG / (HIGHEST_PITCH_DEG - LOWEST_PITCH_DEG))
    return [_curve_line(line, round(stood * width), flat=number == flat) for number, line in enumerate(signs)]


def _curve_line(signs: str, stood: int, *, flat: bool) -> Text:
    """One line of a curve; the line at which the foot is flat is dotted."""
    if flat:
        signs = signs.replace(" ", "·")
    line = Text(signs, "cyan")
    line.stylize("bold", 0, stood)
    if flat:
        line.highlight_regex("·", "dim not bold")
    return line


def _phases(facts: Facts, foot: Foot, width: int) -> Text:
    strides = facts.strides.get(foot)
    return Text(phases(strides[-1], width) if strides else UNMEASURED)
