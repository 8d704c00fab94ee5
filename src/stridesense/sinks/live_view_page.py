"""The live view as lines of text: what stands where, and what gives way where room is short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Final

from rich.text import Text

from stridesense.model import Band, CalfBudget, Foot, Gait, PodReport
from stridesense.sinks.coach_words import (
    clock,
    describe_bout,
    describe_budget,
    describe_change,
    safe,
    whose,
)
from stridesense.sinks.live_view_facts import Facts
from stridesense.sinks.live_view_feet import LABEL_WIDTH, MORE_ROWS, curves, ground, hops, table
from stridesense.sinks.pod_words import WORRYING, describe_link, describe_reading, describe_stream, pod_name

FRESH_S: Final = 10.0
"""So long a cue stands out; our own choice."""

MOST_CURVE_LINES: Final = 12
LEAST_CURVE_LINES: Final = 2
LEAST_MESSAGE_LINES: Final = 2
LEAST_HOP_LINES: Final = 4
CURVE_LINES_BEFORE_MORE_ROWS: Final = 5

GAITS: Final = {Gait.RUN: "running", Gait.WALK: "walking", Gait.HOP: "hopping"}
BANDS: Final = {Band.RED: "bold red", Band.AMBER: "yellow", Band.GREEN: "green"}

HELP: Final = (
    ("figures", "the median of a foot's last 5 strides; each bar is a stride, the last on the right"),
    ("heel", "rearfoot: it lands first; kissed: it comes down; partial: not all the way; held: it stays up"),
    ("held", "how many of a foot's last 20 landings were held"),
    ("toes", "how the foot turned through its last stride, landing to landing; dots: the foot is flat"),
    ("ground", "█ heel down, ▄ on the ball of the foot alone, ┄ in the air"),
    ("calf", "its load is a proxy without a unit: 1 is a usual midfoot stride"),
    ("below", "what the program says last; all of it is printed again when the view closes"),
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keyboard can do, and what was asked of it."""

    commands: bool = False
    helping: bool = False
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """How many lines the parts get that can be of any length."""

    more_rows: int = 0
    curve_lines: int = 0
    hops: int = LEAST_HOP_LINES
    messages: int = LEAST_MESSAGE_LINES


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together; what is needed least is left out first where room is short."""

    need: int
    lines: Sequence[Text]


def page(facts: Facts, width: int, height: int, keys: Keys) -> list[Text]:
    """The whole view: `height` lines, none longer than `width`."""
    least = _blocks(facts, width, keys, Room())
    spare = height - _length(least)
    blocks = _blocks(facts, width, keys, _shared_out(facts, spare)) if spare > 0 else _fitting(least, height)
    lines = [line.copy() for block in blocks for line in block.lines][:height]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines + [Text()] * (height - len(lines))


def _blocks(facts: Facts, width: int, keys: Keys, room: Room) -> list[Block]:
    """All there is, from top to bottom."""
    return [
        Block(10, [_head(facts)]),
        Block(8, _cue(facts, width)),
        Block(0, [Text()]),
        *(_help(width) if keys.helping else _feet(facts, width, room)),
        Block(0, [Text()]),
        Block(
            4, [Text.assemble(" ", (describe_budget(leg), BANDS.get(leg.band, ""))) for leg in _legs(facts)]
        ),
        Block(3, [*_found(facts, width)]),
        Block(5, [line for report in _pods(facts) for line in _pod(report, width)]),
        Block(6, _messages(facts, width, room.messages)),
        Block(9, [_key_line(facts, keys)]),
    ]


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(block.lines) for block in blocks)


def _fitting(blocks: list[Block], height: int) -> list[Block]:
    while len(blocks) > 1 and _length(blocks) > height:
        least = min(blocks, key=lambda block: block.need)
        blocks = [block for block in blocks if block is not least]
    return blocks


def _shared_out(facts: Facts, spare: int) -> Room:
    """Give the spare lines to what tells most: hops in a drill, else the curves, more figures, messages."""
    if facts.drill:
        return Room(hops=LEAST_HOP_LINES + spare)
    curve_lines = min(spare, CURVE_LINES_BEFORE_MORE_ROWS) if facts.shapes else 0
    more_rows = min(spare - curve_lines, len(MORE_ROWS)) if facts.strides else 0
    curve_lines += min(spare - curve_lines - more_rows, MOST_CURVE_LINES - curve_lines) if curve_lines else 0
    if curve_lines < LEAST_CURVE_LINES:
        curve_lines = 0
    return Room(more_rows, curve_lines, messages=LEAST_MESSAGE_LINES + spare - curve_lines - more_rows)


def _head(facts: Facts) -> Text:
    """The session's time, what the runner does, and what the coach is about."""
    latest, stale_s = facts.latest(), facts.stale_s()
    line = Text.assemble(" ", ("StrideSense", "bold"), f"  {clock(facts.now_s)}  ")
    if latest is None:
        line.append(
            "waiting for the first stride" if not facts.readings else "running by the pod's own figures"
        )
    elif stale_s is not None:
        line.append(f"no stride for {stale_s:.0f} s", "yellow")
    else:
        line.append(GAITS[latest.gait])
    if facts.theme:
        line.append(f"  theme: {facts.theme.replace('_', ' ')}")
    if facts.muted:
        line.append("  ").append(" MUTED ", "reverse")
    return line


def _cue(facts: Facts, width: int) -> list[Text]:
    """The last cue, why, and how long ago; it stands out while it is fresh."""
    cue = facts.cue
    if cue is None:
        return [Text(" no cue: carry on", "dim"), Text(), Text()]
    ago_s = max(0.0, facts.now_s - cue.t_s)
    sign, style = (">", "bold reverse") if ago_s <= FRESH_S else (" ", "")
    ago = f"{ago_s:.0f} s ago" if ago_s < 60.0 else f"{ago_s / 60.0:.0f} min ago"
    said = Text.assemble(sign, (f" {safe(cue.text)} ", style), f"  {whose(cue.foot)}, {ago}")
    why = _indented(f"   {safe(cue.reason)}", width, 2, "dim")
    return [said, *why, Text()][:3]


def _feet(facts: Facts, width: int, room: Room) -> list[Block]:
    """The figures of the feet; in a drill its hops, and of pods that make their own figures those."""
    readings = [
        Text(f" {pod_name(foot)}: {describe_reading(facts.readings[foot])}") for foot in facts.readings
    ]
    if facts.drill:
        return [Block(7, [*readings, *hops(facts, room.hops)])]
    if readings and not facts.strides:
        return [Block(7, readings)]
    drawn = curves(facts, width, room.curve_lines) if room.curve_lines else []
    strip = [ground(facts, width)] if facts.strides else []
    return [Block(7, table(facts, width, room.more_rows)), Block(2, [*drawn, *strip]), Block(6, readings)]


def _help(width: int) -> list[Block]:
    lines = []
    for label, words in HELP:
        first, *rest = wrap(words, max(20, width - LABEL_WIDTH - 1))
        lines.append(Text.assemble((f" {label}".ljust(LABEL_WIDTH), "bold"), first))
        lines += [Text(" " * LABEL_WIDTH + words) for words in rest]
    return [Block(7, lines)]


def _legs(facts: Facts) -> list[CalfBudget]:
    return [facts.budgets[foot] for foot in Foot if foot in facts.budgets]


def _found(facts: Facts, width: int) -> Iterator[Text]:
    """The latest change and the latest drill."""
    if facts.change is not None:
        yield from _indented(f" changed {describe_change(facts.change)}", width, 2)
    if facts.bout is not None:
        yield from _indented(f" drill {describe_bout(facts.bout)}", width, 2)


def _pods(facts: Facts) -> list[PodReport]:
    return [facts.reports[foot] for foot in Foot if foot in facts.reports]


def _pod(report: PodReport, width: int) -> list[Text]:
    """The link of one pod, and what came over it; its address, which is long, is no news in a run."""
    stream = describe_stream(report)
    words = describe_link(replace(report, address=None)) + (f"; {stream}" if stream else "")
    style = "bold red" if report.state in WORRYING else ""
    return _indented(f" {pod_name(report.foot)}: {safe(words)}", width, 2, style)


def _messages(facts: Facts, width: int, lines: int) -> list[Text]:
    """The last that the program said, at the bottom of its room."""
    last: list[Text] = []
    for words in reversed(facts.messages.shown):
        wrapped = _indented(f" {words}", width, 2, "italic")
        if len(wrapped) + len(last) > lines:
            break
        last = wrapped + last
    return [Text()] * (lines - len(last)) + last


def _key_line(facts: Facts, keys: Keys) -> Text:
    if keys.ending:
        return Text(" ending in good order; Ctrl-C cuts it short", "reverse")
    commands = (("m", "speak" if facts.muted else "mute"), ("space", "mark")) if keys.commands else ()
    line = Text()
    for key, does in (*commands, ("q", "end"), ("?", "back" if keys.helping else "help")):
        line.append(" ").append(f" {key} ", "reverse").append(f" {does} ")
    return line


def _indented(words: str, width: int, most_lines: int, style: str = "") -> list[Text]:
    """Words over some lines, the rest left out; further lines stand a little to the right."""
    wrapped = wrap(words, max(10, width), max_lines=most_lines, placeholder=" …", subsequent_indent="   ")
    return [Text(f"{line}", style) for line in wrapped]
