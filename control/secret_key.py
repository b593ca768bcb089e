"""The key that signs sessions."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.functional import lazy

from schemas.environment import Environment


def lazy_secret_key(environment: Environment) -> str:
    """The key of the environment, else the one in its home, made there when it is first asked for.

    Not before: a command that signs nothing must work where the home cannot be written.
    """
    if environment.secret_key is not None:
        return environment.secret_key.get_secret_value()
    kept: str = lazy(lambda: kept_secret_key(environment.home), str)()
    return kept


def kept_secret_key(home: Path) -> str:
    """Read ``home/secret_key``; make it, for its owner alone, where there is none.

    Raises:
        ImproperlyConfigured: the file can be neither read nor made, or is empty.
    """
    path = home / "secret_key"
    try:
        if not path.exists():
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not ASCII text"
        raise ImproperlyConfigured(f"{path} cannot be used: {reason}. Set LONGLINE_SECRET_KEY.") from error
    if not key:
        raise ImproperlyConfigured(f"{path} is empty: delete it, or set LONGLINE_SECRET_KEY.")
    return key


def _make(path: Path) -> None:
    """Whole or not at all; and where two make it at once, both go on with the key of the first."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(get_random_secret_key())
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
