"""The sample-by-sample loops, written once for plain Python and for numba.

A stream kernel is a module-level function `kernel(state, params, rows, out)`: columns of samples go in and
columns come out, and what is remembered between blocks is written back to the state. A look-up is a function
`lookup(params, table, start, stop, *values)` over a stretch of columns that answers with a tuple of numbers.

`state` and `params` have one element, so that the same text reads a dataclass and a named tuple in plain
Python, and a structured array in numba; `rows[k][i]` likewise reads lists of lists and a 2-D array. Plain
Python is fed with lists, which it indexes several times faster than arrays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import FunctionType
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from stridesense.model.samples import FloatArray

Params = TypeVar("Params", bound=NamedTuple)
Memory = NDArray[np.void]
"""A kernel's state: a structured array of one element, with the field names of its state class."""

Compiler = Callable[..., Callable[..., Any]]


@cache
def _compiler() -> Compiler | None:
    try:
        from numba import njit  # noqa: PLC0415  optional, and slow to import
    except ImportError:
        return None
    return cast("Compiler", njit)


class Switch:
    """Which form of all kernels runs: None follows what is installed; for tests and measurements."""

    use_compiled: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Packed(Generic[Params]):
    """Parameters in both of the forms that kernels read; made once, not for each block."""

    plain: Sequence[Params]
    record: Memory

    @classmethod
    def of(cls, params: Params) -> "Packed[Params]":
        """Pack a named tuple of floats and ints."""
        return cls((params,), _record(type(params), params))


@cache
def _layout(names_of: type) -> np.dtype[np.void]:
    kinds = {float: np.float64, int: np.int64, bool: np.bool_}
    return np.dtype([(name, kinds[kind]) for name, kind in get_type_hints(names_of).items()])


def _record(names_of: type, values: tuple[float, ...]) -> Memory:
    record = np.empty(1, _layout(names_of))
    record[0] = values  # twice as fast as an array made of it
    return record


class _TwoForms:
    """A function and its compiled twin, which is the same code with the functions it calls compiled too."""

    def __init__(self, plain: Callable[..., Any], inner: tuple[Callable[..., Any], ...]) -> None:
        self.plain = plain
        self.inner = inner
        self._entry: Callable[..., Any] | None = None

    def compiled(self, *example: object) -> Callable[..., Any] | None:
        """The machine code for arguments of these types, None where it is not wanted or cannot be had."""
        if Switch.use_compiled is False:
            return None
        if self._entry is None and (compiler := _compiler()) is not None:
            self._entry = self._compile(compiler, example)
        return self._entry

    def _compile(self, njit: Compiler, example: tuple[object, ...]) -> Callable[..., Any]:
        import numba  # noqa: PLC0415  optional, and slow to import

        plain = cast("FunctionType", self.plain)
        names = dict(plain.__globals__)
        for function in self.inner:  # in their order: a later one may call an earlier one
            names[function.__name__] = njit(cache=True)(_rebound(cast("FunctionType", function), names))
        typeof = cast("Callable[[object], object]", numba.typeof)
        signature = tuple(typeof(argument) for argument in example)
        dispatcher = cast("Any", njit(signature, cache=True)(_rebound(plain, names)))
        (result,) = dispatcher.overloads.values()  # past the dispatch, which costs more than a small block
        return cast("Callable[..., Any]", result.entry_point)


def _rebound(function: FunctionType, names: dict[str, Any]) -> FunctionType:
    copy = FunctionType(function.__code__, names, function.__name__)
    copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
    return copy


class Kernel(_TwoForms, Generic[Params]):
    """One loop over a stream in its two forms, with bit-identical results."""

    def __init__(
        self,
        plain: Callable[..., None],
        *,
        state: type,
        inner: tuple[Callable[..., Any], ...] = (),
    ) -> None:
        super().__init__(plain, inner)
        self._state = state
        self._values: Final = attrgetter(*get_type_hints(state))

    def begin(self, state: object = None) -> Memory:
        """A fresh state, or this one of the kernel's state class."""
        return _record(self._state, self._values(self._state() if state is None else state))

    def __call__(self, memory: Memory, params: Packed[Params], rows: FloatArray, out: FloatArray) -> None:
        """Run over one block.

        Args:
            memory: state, as made by `begin`; written to.
            params: constants.
            rows: (k, n) columns that go in, C-contiguous.
            out: (m, n) columns that come out, C-contiguous; written to.
        """
        known = None if Switch.use_compiled is False else self._entry  # spares small blocks a call
        compiled = known or self.compiled(memory, params.record, rows, out)
        if compiled is not None:
            compiled(memory, params.record, rows, out)
            return
        state = self._state(*memory[0].item())
        lists = [[0.0] * rows.shape[1] for _ in range(len(out))]
        self.plain((state,), params.plain, rows.tolist(), lists)
        memory[0] = self._values(state)
        out[:] = lists

    def warm_up(self, params: Packed[Params], rows: int, outputs: int) -> None:
        """Compile now rather than when the first block comes."""
        self.compiled(self.begin(), params.record, np.zeros((rows, 1)), np.zeros((outputs, 1)))


class Lookup(_TwoForms, Generic[Params]):
    """One look at a stretch of columns in its two forms, with bit-identical results."""

    def __init__(
        self, plain: Callable[..., tuple[float, ...]], *, inner: tuple[Callable[..., Any], ...] = ()
    ) -> None:
        super().__init__(plain, inner)

    def __call__(
        self, params: Packed[Params], table: FloatArray, start: int, stop: int, *values: float
    ) -> tuple[float, ...]:
        """Look at the samples start ... stop - 1 of a (columns, capacity) table."""
        compiled = self.compiled(params.record, table, start, stop, *values)
        if compiled is not None:
            return cast("tuple[float, ...]", compiled(params.record, table, start, stop, *values))
        lists = table[:, start:stop].tolist()
        return cast("tuple[float, ...]", self.plain(params.plain, lists, 0, stop - start, *values))

    def warm_up(self, params: Packed[Params], columns: int, values: int) -> None:
        """Compile now rather than at the first event."""
        self.compiled(params.record, np.zeros((columns, 1)), 0, 1, *(0.0,) * values)
