"""The Bluetooth rigs as fixtures.

Every asynchronous test of this folder runs in one event loop, because the box of the session lives in it.
"""

import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ble.rigs.base import Rig
from ble.rigs.box import Box
from ble.rigs.box_rig import BoxRig
from ble.rigs.bumble_rig import BumbleRig
from ble.rigs.fake_rig import FakeBlueZRig
from conftest import missing

HERE = Path(__file__).parent
NOT_TO_OUTLIVE = {"qemu-system-x86", "dbus-daemon"}
PROGRAMS_OF_THE_BOX = ("qemu-system-x86_64", "setpriv", "busybox", "cpio", "depmod", "socat", "dbus-daemon")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def children() -> set[str]:
    """The programs that this process started and that still run, zombies included."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if fields.get("PPid") == str(os.getpid()):
            found.add(fields["Name"])
    return found


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_the_tests() -> Iterator[None]:
    yield
    assert not children() & NOT_TO_OUTLIVE


@pytest.fixture(scope="session")
def box_image(checkout: Path, require_program: Callable[[str], str]) -> Path:
    """The folder with the box's kernel and initramfs, made when it is not there."""
    for program in PROGRAMS_OF_THE_BOX:
        require_program(program)
    image = checkout / ".btbox"
    made = subprocess.run(
        [checkout / "scripts" / "btbox" / "make.sh", image], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        missing(f"the Bluetooth box ({made.stderr.strip() or 'make.sh failed'})")
    return image


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def box(box_image: Path, nothing_outlives_the_tests: None) -> AsyncIterator[Box]:
    """One booted box for all tests; use `btbox_rig`, which leaves it as it was."""
    del nothing_outlives_the_tests
    async with Box(box_image) as box:
        yield box


@pytest_asyncio.fixture(loop_scope="session")
async def btbox_rig(box: Box) -> AsyncIterator[BoxRig]:
    async with BoxRig(box) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def bumble_rig() -> AsyncIterator[BumbleRig]:
    async with BumbleRig() as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def fake_bluez(require_program: Callable[[str], str], tmp_path: Path) -> AsyncIterator[FakeBlueZRig]:
    async with FakeBlueZRig(require_program("dbus-daemon"), tmp_path) as rig:
        yield rig


def chosen(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["bumble_rig", "btbox_rig"], ids=["bumble", "btbox"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Without and with the operating system, in turn."""
    rig: Rig = chosen(request)
    return rig


@pytest.fixture(params=["bumble_rig", "fake_bluez", "btbox_rig"], ids=["bumble", "fake_bluez", "btbox"])
def every_rig(request: pytest.FixtureRequest) -> Rig:
    rig: Rig = chosen(request)
    return rig


@pytest.fixture(params=["fake_bluez", "btbox_rig"], ids=["fake_bluez", "btbox"])
def bluez_rig(request: pytest.FixtureRequest) -> FakeBlueZRig | BoxRig:
    """What we believe of BlueZ, and BlueZ, in turn."""
    rig: FakeBlueZRig | BoxRig = chosen(request)
    return rig
