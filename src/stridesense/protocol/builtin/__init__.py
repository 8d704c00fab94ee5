"""The built-in codecs, by the name that a description gives as its `codec`."""

from collections.abc import Callable
from typing import Final

from stridesense.errors import DeviceError
from stridesense.protocol.builtin.base import Builtin, Rows
from stridesense.protocol.builtin.movesense_gsp import MovesenseGsp
from stridesense.protocol.builtin.polar_pmd import PolarPmd
from stridesense.protocol.builtin.shimmer3 import Shimmer3

__all__ = ["Builtin", "Rows", "builtin"]

_CODECS: Final[dict[str, Callable[[], Builtin]]] = {
    "movesense_gsp": MovesenseGsp,
    "polar_pmd": PolarPmd,
    "shimmer3": Shimmer3,
}


def builtin(name: str) -> Builtin:
    """A codec for one connection with one pod; raises DeviceError if there is none of this name."""
    if name not in _CODECS:
        msg = f"no built-in codec is called {name!r}; there are {', '.join(_CODECS)}"
        raise DeviceError(msg)
    return _CODECS[name]()
