"""Run one client: `python -m clients.run MODULE FUNCTION [NUMBER]`."""

from __future__ import annotations

import importlib
import sys


def main() -> None:
    """Call the function with the number, if there is one."""
    module, function, *numbers = sys.argv[1:]
    getattr(importlib.import_module(f"clients.{module}"), function)(*map(int, numbers))


if __name__ == "__main__":
    main()
