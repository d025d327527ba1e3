"""A function of the user's, found by the name that a variable gives it."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from typing import Any

from workers.settings import ConfigError


def load(variable: str, spec: str) -> Callable[..., Any]:
    """Import a function given as `module:function`.

    Raises ConfigError that says which part of it is wrong.
    """
    module_name, colon, function = spec.partition(":")
    if not (module_name and colon and function):
        raise fault(variable, spec, "expected module:function")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            hint = "is it installed, or its folder on PYTHONPATH?"
            why = f"there is no module {error.name!r}; {hint}"
            raise fault(variable, spec, why) from None
        why = f"its module imports {error.name!r}, which is not installed"
        raise fault(variable, spec, why) from None
    except Exception as error:
        why = f"its module raised {type(error).__name__}: {error}"
        raise fault(variable, spec, why) from error
    found = getattr(module, function, None)
    if found is None:
        nearest = difflib.get_close_matches(function, vars(module), n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise fault(variable, spec, f"module {module_name!r} has no {function!r}{hint}")
    if not callable(found):
        why = f"{function!r} is of type {type(found).__name__}, not a function"
        raise fault(variable, spec, why)
    return found  # type: ignore[no-any-return]


def fault(variable: str, spec: str, why: str) -> ConfigError:
    """Return the error that names the variable and what it holds."""
    return ConfigError(f"{variable}={spec}: {why}")
