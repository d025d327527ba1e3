"""`python -m chartproof`."""

from chartproof.cli import main

if __name__ == "__main__":
    main()
