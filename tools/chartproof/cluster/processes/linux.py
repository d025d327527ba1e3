"""The system calls behind containers, as far as Python 3.11 lacks them."""

import ctypes
import enum
import fcntl
import os
import signal
import socket
import struct
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/prctl.h, linux/if.h, linux/sockios.h
_PR_SET_PDEATHSIG = 1
_IFF_UP = 1
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914


class Namespace(enum.IntFlag):
    """What a process can have of its own (linux/sched.h)."""

    MOUNT = 0x00020000
    HOSTNAME = 0x04000000
    USER = 0x10000000
    PROCESS = 0x20000000
    NETWORK = 0x40000000


class _Mount(enum.IntFlag):
    """Flags of mount(2) (linux/mount.h)."""

    READ_ONLY = 1
    REMOUNT = 32
    BIND = 4096
    RECURSIVE = 16384
    PRIVATE = 1 << 18


def unshare(namespaces: Namespace) -> None:
    """Give this process namespaces of its own; one of processes counts for its children only.

    Raises OSError.
    """
    _check(_LIBC.unshare(int(namespaces)), "unshare")


def join(namespace: Path) -> None:
    """Enter a namespace by its file under /proc. Raises OSError."""
    with namespace.open() as file:
        _check(_LIBC.setns(file.fileno(), 0), f"setns {namespace}")


def map_user(user: int, group: int, outside: tuple[int, int]) -> None:
    """Be `user` and `group` in the user namespace just made, for `outside` ids beyond it."""
    for file, text in (
        ("uid_map", f"{user} {outside[0]} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"{group} {outside[1]} 1"),
    ):
        Path("/proc/self", file).write_text(text)


def keep_mounts_private() -> None:
    """Let no mount of this namespace reach another. Raises OSError."""
    _mount("none", Path("/"), "", _Mount.RECURSIVE | _Mount.PRIVATE)


def mount(kind: str, target: Path, options: str = "") -> None:
    """Mount a file system of the kernel's own, as tmpfs or proc. Raises OSError."""
    _mount(kind, target, kind, _Mount(0), options)


def bind(source: Path, target: Path, *, read_only: bool) -> None:
    """Show `source`, a file or a folder with all below it, at `target` too. Raises OSError."""
    _mount(str(source), target, "", _Mount.BIND | _Mount.RECURSIVE)
    if read_only:
        make_read_only(target)


def make_read_only(target: Path) -> None:
    """Let nothing be written through the mount at `target`. Raises OSError."""
    # In a user namespace a mount may not lose these when it is mounted anew.
    locked = os.statvfs(target).f_flag & (os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC)
    _mount("none", target, "", _Mount.REMOUNT | _Mount.BIND | _Mount.READ_ONLY | locked)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, however. Raises OSError."""
    _check(_LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0), "prctl")


def raise_loopback() -> None:
    """Bring up the loopback device of this network namespace. Raises OSError."""
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        name, flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", name, flags | _IFF_UP))


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    words = (source.encode(), os.fsencode(target), kind.encode())
    _check(_LIBC.mount(*words, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
