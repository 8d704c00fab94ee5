"""Tables and sections of a Markdown page."""

from collections.abc import Iterable, Mapping, Sequence

from stridesense.model import Gait

Row = Sequence[str]


def table(head: Row, rows: Iterable[Row]) -> str:
    """A table; a bar within a cell is written so that it does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


def section(title: str, *parts: str) -> str:
    """A heading and what is under it; empty parts are left out."""
    return "\n\n".join([f"## {title}", *(part.rstrip("\n") for part in parts if part)]) + "\n"


def signed(value: float | None, digits: int = 1) -> str:
    """A number with its sign, or a dash."""
    return "-" if value is None else f"{value:+.{digits}f}"


def plain(value: float | None, digits: int = 1) -> str:
    """A number, or a dash."""
    return "-" if value is None else f"{value:.{digits}f}"


def told_gaits(gaits: Mapping[Gait, int]) -> str:
    """How often each gait was found, or a dash."""
    return ", ".join(f"{gait} {count}" for gait, count in sorted(gaits.items())) or "-"
