"""`chartproof`, and `python -m chartproof`."""

from chartproof import go_runtime


def main() -> None:
    """Run the command line, once more from the start where that pays; before much is imported."""
    go_runtime.restart("lint", "coverage")
    from chartproof.cli import main

    main()


if __name__ == "__main__":
    main()
