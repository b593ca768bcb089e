"""Forward proxies and a site that says who asked it, as tests see them."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.support.processes import serving

PASSWORD = "open/sesame@2:é"  # characters that a URL must escape


@dataclass(frozen=True)
class RunningProxy:
    """A forward proxy in a process of its own."""

    host: str
    port: int
    pid: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """With user and password, where it asks for them."""
        words = f"{self.user}:{quote(self.password, safe='')}@" if self.user else ""
        return f"http://{words}{self.host}:{self.port}"

    def kill(self) -> None:
        """End it at once, in the middle of what it does."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def forward_proxy(source: str, *, user: str = "", password: str = "", **options: Any) -> Iterator[RunningProxy]:
    """A proxy that listens at ``source``, a loopback address, and connects from there."""
    words = [f"--{name}={value}" for name, value in options.items()]
    arguments = [f"--source={source}", f"--user={user}", f"--password={password}", *words]
    with serving("tests.support.forward_proxy", *arguments) as said:
        yield RunningProxy(said["host"], said["port"], said["pid"], user, password)


@dataclass(frozen=True)
class Recorder:
    """A site at several loopback addresses that notes each request."""

    scheme: str
    port: int
    log: str

    def url(self, host: str = "127.0.0.1", path: str = "/") -> str:
        """The URL of a path at one of its addresses."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def asked(self) -> list[dict[str, Any]]:
        """Each request so far: ``peer``, ``host``, ``path``, ``headers`` (pairs, in order)."""
        with urllib.request.urlopen(self.log, timeout=60) as answer:
            return list(json.load(answer))


@contextmanager
def recording_site(tls: Path | None = None) -> Iterator[Recorder]:
    """A site at 127.0.0.1 to 127.0.0.8; ``tls``: by https, with a certificate of its own in this folder."""
    arguments = [str(certificate(tls))] if tls else []
    with serving("tests.support.recorder", *arguments) as said:
        yield Recorder("https" if tls else "http", said["port"], said["log"])


def certificate(folder: Path, *names: str) -> Path:
    """A file with a key and a certificate, for these hosts, that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), critical=False)
    path = folder / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path
