"""Locks between processes. The kernel lets go of them when their holder dies, however it died."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


def open_lock(path: Path) -> int:
    """The file descriptor of a lock file, which is made where it is missing. It is not inherited."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def take(lock: int, mode: int, timeout: float) -> bool:
    """Lock within ``timeout`` seconds; false when the lock is still another's. Close ``lock`` then."""
    try:
        fcntl.flock(lock, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        if timeout <= 0:
            return False
    else:
        return True
    # flock itself knows no time limit, and a signal may be set only by the main thread.
    waiter = threading.Thread(target=fcntl.flock, args=(lock, mode), daemon=True)
    waiter.start()
    waiter.join(timeout)
    return not waiter.is_alive()


def take_whenever(lock: int, mode: int) -> None:
    """Lock as soon as it can be had, however long that takes."""
    fcntl.flock(lock, mode)


def held(path: Path) -> bool:
    """Whether a process holds this lock exclusively."""
    try:
        lock = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, SHARED | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """The descriptor of a lock file. It is closed at the end, and the lock is let go."""
    lock = open_lock(path)
    try:
        yield lock
    finally:
        os.close(lock)


@contextmanager
def exclusive(path: Path, timeout: float) -> Iterator[int]:
    """Hold a lock file exclusively. Yields its descriptor.

    Raises:
        TimeoutError: another process held it for ``timeout`` seconds.
    """
    with opened(path) as lock:
        if not take(lock, EXCLUSIVE, timeout):
            raise TimeoutError(f"{path} has been locked by another process for {timeout:g} s.")
        yield lock
