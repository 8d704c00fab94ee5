"""The program that writes the documents of the contract, as a module."""

import importlib.util
from pathlib import Path
from typing import Any


def generator(checkout: Path) -> Any:
    spec = importlib.util.spec_from_file_location("contract_script", checkout / "scripts" / "contract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
