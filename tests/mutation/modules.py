"""The modules to break, found without loading them: pytest loads its plugins before anyone else.

It rewrites their assertions as it does, and warns of a plugin that is there already.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

_NO_CHECKS = tuple(
    f"chartproof.snapshot.{name}" for name in ("ahead", "render_process", "renderer", "run")
)
"""Modules in the packages that start processes and check nothing themselves."""


def modules_of(names: Iterable[str]) -> list[str]:
    """Give the names of these modules, and of the modules in those that are packages."""
    found: list[str] = []
    for name in names:
        folder = _place(name)
        inner = iter_modules([str(folder)]) if folder.is_dir() else ()
        found += [f"{name}.{one.name}" for one in inner] or [name]
    return [name for name in found if name not in _NO_CHECKS]


def source_of(module: str) -> str:
    """Read the text of a module that is no package."""
    return _place(module).with_suffix(".py").read_text()


def _place(name: str) -> Path:
    """Give the folder of a package, or the file of a module without its suffix."""
    top, *below = name.split(".")
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    file = Path(spec.origin)
    home = file.parent if file.stem == "__init__" else file.with_suffix("")
    return home.joinpath(*below)
