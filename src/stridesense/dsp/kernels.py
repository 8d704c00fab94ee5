"""The sample-by-sample loops, written once for plain Python and for numba.

A kernel is a module-level function over columns: `kernel(state, coefficients, inputs, outputs) -> state`.
State and coefficients are NamedTuples of scalars, inputs and outputs tuples of columns of equal length. Plain
Python is fed with lists, which it indexes several times faster than arrays; numba with contiguous arrays.
"""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, Generic, NamedTuple, TypeVar, cast

import numpy as np

from stridesense.model.samples import FloatArray

State = TypeVar("State", bound=NamedTuple)
Compiler = Callable[[Callable[..., Any]], Callable[..., Any]]


@cache
def _compiler() -> Compiler | None:
    try:
        from numba import njit  # noqa: PLC0415  optional, and slow to import
    except ImportError:
        return None
    return cast("Compiler", njit(cache=True, nogil=True))


class Kernel(Generic[State]):
    """One loop in its two forms, with bit-identical results.

    Attributes:
        plain: the function as written.
        outputs: how many columns it fills.
        inner: functions of the same module that it calls.
        use_compiled: None follows what is installed; True or False decides, for tests and measurements.
    """

    use_compiled: bool | None = None

    def __init__(
        self, plain: Callable[..., State], *, outputs: int, inner: tuple[Callable[..., Any], ...] = ()
    ) -> None:
        self.plain = plain
        self.outputs = outputs
        self.inner = inner
        self._compiled: Callable[..., State] | None = None

    def __call__(
        self, state: State, coefficients: NamedTuple, inputs: tuple[FloatArray, ...]
    ) -> tuple[State, list[FloatArray]]:
        """Run over one block; returns the state after it and the output columns."""
        n = len(inputs[0])
        compiled = None if self.use_compiled is False else self._compile()
        if compiled is None:
            lists = tuple([0.0] * n for _ in range(self.outputs))
            state = self.plain(state, coefficients, tuple(column.tolist() for column in inputs), lists)
            return state, [np.array(values, dtype=np.float64) for values in lists]
        columns = tuple(np.empty(n) for _ in range(self.outputs))
        copies = tuple(np.array(column, dtype=np.float64) for column in inputs)
        return compiled(state, coefficients, copies, columns), list(columns)

    def warm_up(self, state: State, coefficients: NamedTuple, *, inputs: int) -> None:
        """Compile now, by running over a single sample, rather than when the first block comes."""
        self(state, coefficients, (np.zeros(1),) * inputs)

    def _compile(self) -> Callable[..., State] | None:
        """The compiled form: the same code, with the functions that it calls compiled as well."""
        compiler = _compiler()
        if self._compiled is None and compiler is not None:
            plain = cast("FunctionType", self.plain)
            names = plain.__globals__ | {function.__name__: compiler(function) for function in self.inner}
            copy = FunctionType(plain.__code__, names, plain.__name__)
            copy.__module__, copy.__qualname__ = plain.__module__, plain.__qualname__
            self._compiled = compiler(copy)
        return self._compiled
