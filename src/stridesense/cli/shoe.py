"""The shoe that a person wears, where it has a profile."""

from typing import Annotated

import typer

from stridesense.cli.terminal import note
from stridesense.runtime.profile import ShoeProfile, load_profile
from stridesense.runtime.session import SessionReport

ShoeOption = Annotated[
    str | None,
    typer.Option("--shoe", metavar="NAME", help="Start from what `calibrate` has learned of this shoe."),
]


def worn(shoe: str | None) -> ShoeProfile | None:
    """The profile of the shoe named, if one is.

    Raises:
        UsageError: no shoe has that name.
        InputError: its profile cannot be read.
    """
    return None if shoe is None else load_profile(shoe)


def remark_on_feet(profile: ShoeProfile | None, report: SessionReport) -> None:
    """Say which foot the profile knows nothing about."""
    if profile is None:
        return
    strangers = [foot for foot in report.strides if foot not in profile.feet]
    if strangers:
        known = ", ".join(profile.feet)
        note(
            f"the profile of {profile.shoe!r} was made with these feet: {known}; "
            f"not with: {', '.join(strangers)}"
        )
