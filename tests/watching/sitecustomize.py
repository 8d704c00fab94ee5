"""In each program that a test starts: writes down every message made, for the test to hold to the contract.

Python imports the module of this name before all others, where its folder is on the path.
"""

import importlib.util
import os
import sys
from collections.abc import Mapping
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

WATCHED = "stridesense.contract.topics"


class Watch(MetaPathFinder):
    """Waits for the one module, so that a program that makes no message imports nothing more."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != WATCHED:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        loader: Any = spec.loader
        execute = loader.exec_module

        def execute_and_watch(module: ModuleType) -> None:
            execute(module)
            write_down(module.Envelope, os.environ["MESSAGES_MADE"])

        loader.exec_module = execute_and_watch
        return spec


def write_down(envelope: Any, path: str) -> None:
    made, wrap = os.open(path, os.O_WRONLY | os.O_APPEND), envelope.wrap

    def wrap_and_write(self: object, topic: str, unix_s: float, record: Mapping[str, object]) -> bytes:
        payload: bytes = wrap(self, topic, unix_s, record)
        os.write(made, b"%s\t%s\n" % (topic.encode(), payload))
        return payload

    envelope.wrap = wrap_and_write


if "MESSAGES_MADE" in os.environ:
    sys.meta_path.insert(0, Watch())
