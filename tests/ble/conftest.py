"""The Bluetooth rigs as fixtures.

Every asynchronous test of this folder runs in one event loop, because the box of the session lives in it.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ble.rigs.base import Rig
from ble.rigs.bumble_rig import BumbleRig

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def bumble_rig() -> AsyncIterator[BumbleRig]:
    async with BumbleRig() as rig:
        yield rig


@pytest.fixture(params=["bumble"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Every rig in turn."""
    rig: Rig = request.getfixturevalue(f"{request.param}_rig")
    return rig
