from collections.abc import Callable

import pytest

from firmware.driving import Firmware, build


@pytest.fixture(scope="session")
def firmware(require_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Firmware:
    return build(require_program("gcc"), tmp_path_factory.mktemp("firmware"))
