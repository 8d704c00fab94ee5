"""What `run` and `record` have in common: which pods, and what was lost."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from stridesense.cli.terminal import DATA_LOST, note
from stridesense.errors import InputError, UsageError
from stridesense.model import Foot
from stridesense.runtime import pods
from stridesense.runtime.choosing import LOOK_S, Choice, choose_in_sight, find_named
from stridesense.sources.ble import BleSource
from stridesense.sources.radio import Radio
from stridesense.sources.supervisor import Pod

LeftOption = Annotated[
    str | None, typer.Option("--left", metavar="ADDRESS", help="The pod on the left foot; remembered.")
]
RightOption = Annotated[
    str | None, typer.Option("--right", metavar="ADDRESS", help="The pod on the right foot; remembered.")
]
SwapOption = Annotated[
    bool, typer.Option("--swap", help="The remembered pods are the other way round, from now on.")
]
RecordingOption = Annotated[
    Path | None,
    typer.Option(
        "--record", metavar="FILE", help="Where to record (default: a dated file in your data folder)."
    ),
]


async def chosen_pods(radio: Radio, left: str | None, right: str | None, *, swap: bool) -> Mapping[Foot, Pod]:
    """The pods of this run: those named, else those remembered, else those in sight; remembered from now on.

    Raises:
        UsageError: what is asked for is not clear.
        LinkError: there is no Bluetooth, or no pod in sight.
        DeviceError: a pod cannot be used.
        InputError: the pods of the last run cannot be read.
    """
    named = {
        foot: pods.address(text)
        for foot, text in ((Foot.LEFT, left), (Foot.RIGHT, right))
        if text is not None
    }
    known = {} if named else pods.load()
    if swap and not known:
        msg = "--swap is for remembered pods, and there are none: name them with --left and --right"
        raise UsageError(msg)
    if known and not swap:
        _note_limits(known)
        return known
    if known:
        choice = Choice(pods.swapped(known))
    else:
        note("looking for the pods")
        choice = await (find_named(radio, named) if named else choose_in_sight(radio, LOOK_S))
    for remark in choice.remarks:
        note(remark)
    _note_limits(choice.pods)
    _remember(choice.pods)
    return choice.pods


def _remember(chosen: Mapping[Foot, Pod]) -> None:
    try:
        pods.save(chosen)
    except InputError as fault:
        note(f"the pods are not remembered: {fault}")


def _note_limits(chosen: Mapping[Foot, Pod]) -> None:
    """Say what to know of these kinds of pods before a run is made with them."""
    for foot, pod in chosen.items():
        if pod.spec.note:
            note(f"the {foot} pod ({pod.spec.title}): {pod.spec.note}")


def remark_on_drops(source: BleSource) -> int:
    """Say what came faster than it could be taken; the exit code that follows from it."""
    if not source.dropped:
        return 0
    note(f"{source.dropped} packets came faster than this computer could take them, and are lost")
    return DATA_LOST
