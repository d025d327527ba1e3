"""A function of the user's, found by the name that a variable gives it."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.settings import ConfigError

OWN = (f"{Path(__file__).parent}/", f"{Path(importlib.__file__).parent}/", "<frozen ")
"""How the files begin that are no code of the user's."""


def load(variable: str, spec: str) -> Callable[..., Any]:
    """Import a function given as `module:function`.

    Raises ConfigError that says which part of it is wrong, and in which line of which file.
    """
    module_name, colon, function = spec.partition(":")
    if not (module_name and colon and function):
        raise fault(variable, spec, "expected module:function")
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        why = _import_fault(module_name, error)
        raise fault(variable, spec, why) from (None if isinstance(error, ImportError) else error)
    found = getattr(module, function, None)
    if found is None:
        nearest = difflib.get_close_matches(function, vars(module), n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        place = f" ({module.__file__})" if getattr(module, "__file__", None) else ""
        raise fault(variable, spec, f"module {module_name!r} has no {function!r}{hint}{place}")
    if not callable(found):
        why = f"{function!r} is of type {type(found).__name__}, not a function"
        raise fault(variable, spec, why)
    return found  # type: ignore[no-any-return]


def where(thing: Any) -> str:
    """Return " (file:line)" of where something was written, or nothing where that is not known."""
    inner = inspect.unwrap(thing)
    inner = getattr(inner, "func", inner)
    try:
        file = inspect.getsourcefile(inner)
        line = inspect.getsourcelines(inner)[1]
    except TypeError:  # an object: its class was written somewhere
        return where(type(inner)) if not inspect.isclass(inner) else ""
    except OSError:
        return ""
    return f" ({file}:{line})"


def raised_at(error: BaseException) -> str:
    """Return " (file:line)" of the user's line that raised, or nothing where no line did."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({error.filename}:{error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [each for each in frames if not each.filename.startswith(OWN)]
    return "".join(f" ({each.filename}:{each.lineno})" for each in theirs[-1:])


def _import_fault(module_name: str, error: BaseException) -> str:
    """Say why a module cannot be imported."""
    if not isinstance(error, ModuleNotFoundError):
        text = error.msg if isinstance(error, SyntaxError) else error
        return f"its module raised {type(error).__name__}: {text}{raised_at(error)}"
    if not (error.name and f"{module_name}.".startswith(f"{error.name}.")):
        return f"its module imports {error.name!r}, which is not installed{raised_at(error)}"
    if Path(f"{error.name}.py").is_file():
        hint = f"{error.name}.py is in this folder, which has to be on PYTHONPATH"
    elif nearest := difflib.get_close_matches(error.name, _modules(), n=1, cutoff=0.75):
        hint = f"did you mean {nearest[0]!r}?"
    else:
        hint = "is it installed, or its folder on PYTHONPATH?"
    return f"there is no module {error.name!r}; {hint}"


def _modules() -> list[str]:
    """Return the names of all modules that can be imported."""
    return [each.name for each in pkgutil.iter_modules()]


def fault(variable: str, spec: str, why: str) -> ConfigError:
    """Return the error that names the variable, if there is one, and what it holds."""
    return ConfigError(f"{variable}={spec}: {why}" if variable else f"{spec}: {why}")
