"""Small functions, small modules, a docstring on whatever is public, no notes to oneself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from architecture.source import PACKAGE, modules

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
LONGEST_KERNEL = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef
NOTES_TO_ONESELF = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def kernels(tree: ast.Module) -> set[str]:
    """Names of the functions of a module that are handed to `Kernel` or `Lookup`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    return {
        ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func).startswith(("Kernel", "Lookup"))
    }


def functions() -> Iterator[tuple[str, Function, int]]:
    """Each function with its place and the length it may have."""
    for path, tree in modules().items():
        loops = kernels(tree)
        for node in ast.walk(tree):
            if isinstance(node, Function):
                limit = LONGEST_KERNEL if node.name in loops else LONGEST_FUNCTION
                yield f"{path}:{node.lineno} {node.name}", node, limit


def length(function: Function) -> int:
    """Lines of a function, its docstring aside."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def is_setter(node: ast.stmt) -> bool:
    """The docstring of a property stands at its getter."""
    return any(
        ast.unparse(decorator).endswith(".setter") for decorator in getattr(node, "decorator_list", ())
    )


def test_functions_are_short() -> None:
    too_long = [
        f"{place} has {length(function)} lines, {limit} are allowed"
        for place, function, limit in functions()
        if length(function) > limit
    ]
    assert too_long == []
    assert median(length(function) for _, function, _ in functions()) <= 10


def test_modules_are_short() -> None:
    lengths = {path: len((PACKAGE / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}
    assert median(lengths.values()) <= 150


def test_whatever_is_public_has_a_docstring() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules().items()
        for parent in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
        for node in parent.body
        if isinstance(node, ast.ClassDef | Function)
        and not node.name.startswith("_")
        and not is_setter(node)
        and ast.get_docstring(node) is None
    ]
    assert silent == []
    assert [str(path) for path, tree in modules().items() if ast.get_docstring(tree) is None] == []


def test_nobody_left_a_note_to_oneself(checkout: Path) -> None:
    folders = ("src", "tests", "docs", "scripts", "benchmarks", "firmware_protocols")
    texts = [
        path
        for folder in folders
        for path in (checkout / folder).rglob("*")
        if path.suffix in {".py", ".md", ".toml"}
    ]
    notes = [path for path in texts if NOTES_TO_ONESELF.search(path.read_text(encoding="utf-8"))]
    assert notes == []
