"""Choosing the pods of a run: those named, those remembered, or those that are in sight."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from stridesense.errors import DeviceError, LinkError, UsageError
from stridesense.model import Foot
from stridesense.protocol.spec import ProtocolSpec
from stridesense.runtime.pods import OTHER_FOOT
from stridesense.sources.radio import Advertisement, Radio
from stridesense.sources.scanning import descriptions, recognise
from stridesense.sources.sides import told_side
from stridesense.sources.supervisor import Pod

LOOK_S: Final = 5.0
"""How long to look around for pods that nobody named."""

AWAIT_NAMED_S: Final = 20.0
SCAN_SHOWS: Final = "`stridesense scan` shows what is in sight"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device in sight, and the kind of pod it is, where that is known."""

    heard: Advertisement
    spec: ProtocolSpec | None

    @property
    def usable(self) -> bool:
        """Whether a run can be made with it."""
        return self.spec is not None and self.spec.unusable is None


@dataclass(frozen=True, slots=True)
class Choice:
    """The pods by foot, and sentences for the runner about how they were chosen."""

    pods: Mapping[Foot, Pod]
    remarks: tuple[str, ...] = ()


class Sightings:
    """The devices heard so far, the latest of each, with what was known of them before."""

    def __init__(self) -> None:
        self._specs = descriptions()
        self.by_address: dict[str, Sighting] = {}

    def add(self, heard: Advertisement) -> Sighting:
        """Take an advertisement; one that says less than an earlier one does not unsay it."""
        before = self.by_address.get(heard.address)
        spec = recognise(heard, self._specs)
        if before is not None:
            spec = spec or before.spec
            heard = replace(heard, name=heard.name or before.heard.name)
        self.by_address[heard.address] = sighting = Sighting(heard, spec)
        return sighting

    def sorted(self) -> list[Sighting]:
        """Usable pods first, the nearest first."""
        return sorted(
            self.by_address.values(),
            key=lambda one: (not one.usable, one.spec is None, -(one.heard.rssi_dbm or -128)),
        )


async def look(radio: Radio, sightings: Sightings, lasts_s: float) -> None:
    """Hear for a while what is in sight.

    Raises:
        LinkError: the radio cannot listen.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(lasts_s), radio.listen() as advertisements:
            async for heard in advertisements:
                sightings.add(heard)


async def find_named(radio: Radio, named: Mapping[Foot, str], within_s: float = AWAIT_NAMED_S) -> Choice:
    """The pods with these addresses.

    Raises:
        UsageError: one address for both feet.
        LinkError: one is not in sight.
        DeviceError: one is no pod that a run can be made with.
    """
    if len(set(named.values())) < len(named):
        msg = "both feet cannot have the same pod: name two addresses"
        raise UsageError(msg)
    sightings = Sightings()
    wanted = set(named.values())
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s), radio.listen() as advertisements:
            async for heard in advertisements:
                if sightings.add(heard).spec is not None:
                    wanted.discard(heard.address.upper())
                if not wanted:
                    break
    known = {one.heard.address.upper(): one for one in sightings.by_address.values()}
    return Choice({foot: _usable(known.get(address), address) for foot, address in named.items()})


async def choose_in_sight(radio: Radio, look_s: float) -> Choice:
    """The one or two pods that are in sight, each on the foot that it says it is worn on.

    Raises:
        LinkError: there is none.
        DeviceError: those there cannot be used, or both say that they are worn on the same foot.
        UsageError: there are more than two.
    """
    sightings = Sightings()
    await look(radio, sightings, look_s)
    usable = [one for one in sightings.sorted() if one.usable]
    match len(usable):
        case 0:
            _refuse(sightings.sorted())
        case 1 | 2:
            return await _by_side(radio, sorted(usable, key=lambda one: one.heard.address))
    addresses = ", ".join(one.heard.address for one in usable)
    msg = f"{len(usable)} pods are in sight ({addresses}): name yours with --left ADDRESS and --right ADDRESS"
    raise UsageError(msg)


def _refuse(sightings: Sequence[Sighting]) -> NoReturn:
    for one in sightings:
        if one.spec is not None:
            raise DeviceError(_why_not(one.spec, one.heard))
    msg = f"no pod is in sight: wake it by moving it, bring it nearer, end other programs on it; {SCAN_SHOWS}"
    raise LinkError(msg)


def _why_not(spec: ProtocolSpec, heard: Advertisement) -> str:
    return f"{heard.name or heard.address} ({spec.title}) cannot be used: {spec.unusable}"


def _usable(sighting: Sighting | None, address: str) -> Pod:
    if sighting is None:
        msg = f"the pod {address} is not in sight: wake it by moving it, or bring it nearer; {SCAN_SHOWS}"
        raise LinkError(msg)
    if sighting.spec is None:
        msg = f"no description fits {address} ({sighting.heard.name or 'without a name'}); {SCAN_SHOWS}"
        raise DeviceError(msg)
    if not sighting.usable:
        raise DeviceError(_why_not(sighting.spec, sighting.heard))
    return Pod(address, sighting.spec, sighting.heard.name)


async def _by_side(radio: Radio, sightings: Sequence[Sighting]) -> Choice:
    pods = [_usable(one, one.heard.address.upper()) for one in sightings]
    sides = [await _ask_side(radio, one) for one in sightings]
    if len(pods) == 1:
        return Choice({sides[0]: pods[0]}, _about_one(pods[0], sides[0]))
    first, second = sides
    if first is second is not Foot.UNKNOWN:
        addresses = " and ".join(pod.address for pod in pods)
        msg = f"both pods ({addresses}) say that they are worn {first}: name them with --left and --right"
        raise DeviceError(msg)
    if first is second:
        first = Foot.LEFT
        remark = "the pods do not say which foot they are on"
    else:
        first = first if first is not Foot.UNKNOWN else OTHER_FOOT[second]
        remark = "the pods say which foot they are on"
    chosen = {first: pods[0], OTHER_FOOT[first]: pods[1]}
    told = ", ".join(f"{foot} is {_called(chosen[foot])}" for foot in (Foot.LEFT, Foot.RIGHT))
    return Choice(chosen, (f"{remark}: {told}; if it is the other way round, say `run --swap`",))


def _about_one(pod: Pod, side: Foot) -> tuple[str, ...]:
    if side is Foot.UNKNOWN:
        return (f"{_called(pod)} does not say which foot it is on: tell it with --left or --right",)
    return (f"{_called(pod)} says that it is on the {side} foot",)


def _called(pod: Pod) -> str:
    return f"{pod.name} ({pod.address})" if pod.name else pod.address


async def _ask_side(radio: Radio, sighting: Sighting) -> Foot:
    if sighting.spec is None or sighting.spec.facts.side is None:
        return Foot.UNKNOWN
    connection = await radio.connect(sighting.heard, lambda: None)
    try:
        return await told_side(connection, sighting.spec)
    finally:
        await connection.close()
