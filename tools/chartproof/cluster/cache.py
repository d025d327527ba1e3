"""The folder of things that are slow to make, and the rules for sharing it between processes."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_dir() -> Path:
    """Return the cache folder: $CHARTPROOF_CACHE, else ~/.cache/chartproof."""
    chosen = os.environ.get("CHARTPROOF_CACHE")
    folder = Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "chartproof"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold `path` for this process alone; the kernel lets go of it however the process ends.

    `waiting` is called when another process holds it, before this one waits for its turn.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(target: Path, make: Callable[[Path], None]) -> Path:
    """Return `target`, made by `make(temporary path)` unless it is there already.

    The temporary path keeps the suffix, for tools that choose a format by it. A half-made target
    is never seen: it gets its name only when `make` has returned.
    """
    if not target.exists():
        with locked(target.with_name(f".{target.name}.lock")):
            if not target.exists():
                part = target.with_name(f"part-{target.name}")
                remove(part)
                try:
                    make(part)
                    part.rename(target)
                finally:
                    remove(part)
    return target


def remove(path: Path) -> None:
    """Remove a file or a folder, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
