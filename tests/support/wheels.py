"""A wheel of our own making, so that an installer can be tried without an index."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

NAME = "longline_probe"
FILES = {
    f"{NAME}/__init__.py": "WORKS = True\n",
    f"{NAME}-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: longline-probe\nVersion: 1.0\n",
    f"{NAME}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


def make_wheel(folder: Path) -> str:
    """Write the wheel ``longline-probe`` into a folder: the text of a locked file that names it."""
    wheel = folder / f"{NAME}-1.0-py3-none-any.whl"
    record = f"{NAME}-1.0.dist-info/RECORD"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
        archive.writestr(record, "".join(f"{name},,\n" for name in (*FILES, record)))
    return f"longline-probe==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
