"""What the source of a drawing function may hold: calculating and drawing, no files, no processes, no inside of Python.

A drawing is run outside the kernel, where it is watched as well (:mod:`workbench.releases.drawing_guard`); this reads it before,
so that its author hears of it at the bench. Against an author who hides what the code does, two checkers read the source.
"""

from __future__ import annotations

import ast

from workbench.errors import UsageError

MODULES = frozenset({
    *("collections", "colorsys", "functools", "itertools", "math", "matplotlib", "numpy", "operator", "re", "statistics"),
    *("string", "textwrap", "unicodedata"),
})  # fmt: skip
"""What a drawing imports from; nothing among them needs a file, a clock or a network to draw."""

NAMES = frozenset({
    *("__builtins__", "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit", "getattr", "globals", "input"),
    *("locals", "memoryview", "open", "quit", "setattr", "vars"),
})  # fmt: skip
"""Names that lead out of the function."""

ATTRIBUTES = frozenset({
    *("DataSource", "FileIO", "Path", "PdfPages", "builtins", "ctypes", "ctypeslib", "dump", "dumps", "environ", "f2py"),
    *("fromfile", "genfromtxt", "importlib", "imread", "imsave", "io", "load", "loadtxt", "memmap", "modules", "open", "os"),
    *("pathlib", "print_figure", "print_svg", "save", "savefig", "savetxt", "savez", "savez_compressed", "set_gid"),
    *("set_rasterized", "set_url", "shutil", "socket", "subprocess", "sys", "tofile", "use_sketch"),
})  # fmt: skip
"""Attributes that read, write, or put words into a picture that nobody sees."""

WRITERS = ("read_", "to_")
"""How pandas names what reads and writes files."""

HARMLESS = frozenset({"to_numpy", "to_list", "to_dict", "to_rgb", "to_rgba", "to_rgba_array", "to_hex", "to_flat_index"})

KEYWORDS = frozenset({"gid", "rasterized", "url", "urls"})
"""Arguments that put a raster, a link or a name into the picture."""


def check_drawing_source(source: str, name: str) -> None:
    """Refuse a drawing function that does more than calculate and draw.

    Parameters
    ----------
    source : str
    name : str
        The table's, for messages.

    Raises
    ------
    UsageError
        Everything that was found, with its line.

    Examples
    --------
    >>> check_drawing_source("def draw(axes, table, language):\\n    import numpy as np\\n    axes.plot(np.arange(3))", "t")
    >>> check_drawing_source("def draw(axes, table, language):\\n    open('x')", "t")
    Traceback (most recent call last):
        ...
    workbench.errors.UsageError: figure of table 't': the drawing function holds open (line 2)
      a figure is drawn from its table alone: calculate and draw, nothing else
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"figure of table '{name}': drawing failed: {type(error).__name__}: {error}") from None
    found = {(getattr(node, "lineno", 1), what) for node in ast.walk(tree) for what in _strange(node)}
    if found:
        told = ", ".join(f"{what:.60} (line {line})" for line, what in sorted(found)[:8])
        raise UsageError(
            f"figure of table '{name}': the drawing function holds {told}",
            hint="a figure is drawn from its table alone: calculate and draw, nothing else",
        )


def _strange(node: ast.AST) -> list[str]:
    """What of a piece of source is not for a drawing."""
    match node:
        case ast.Import(names=names):
            return [f"import {alias.name}" for alias in names if alias.name.partition(".")[0] not in MODULES]
        case ast.ImportFrom(module=module, level=level, names=names):
            if level or (module or "").partition(".")[0] not in MODULES:
                return [f"from {module or '.'} import"]
            return [alias.name for alias in names if _hidden(alias.name)]
        case ast.Name(id=name) if name in NAMES or name.startswith("__"):
            return [name]
        case ast.Attribute(attr=name) if _hidden(name):
            return [f".{name}"]
        case ast.keyword(arg=str() as name) if name in KEYWORDS:
            return [f"{name}="]
        case ast.Constant(value=str() as text) if "__" in text:
            return ["a text with __"]
        case ast.Constant(value=bytes()):
            return ["bytes"]
    return []


def _hidden(name: str) -> bool:
    return name in ATTRIBUTES or name.startswith("__") or (name.startswith(WRITERS) and name not in HARMLESS)
