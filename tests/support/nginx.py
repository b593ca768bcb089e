"""nginx, for one folder of files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """
daemon off;
master_process off;
pid "{work}/nginx.pid";
error_log "{work}/error.log";
events {{ worker_connections 256; }}
http {{
    types {{ text/html html; text/css css; text/javascript js; image/png png; text/plain txt; }}
    default_type application/octet-stream;
    charset utf-8;
    access_log "{work}/access.log";
    client_body_temp_path "{work}/body";
    proxy_temp_path "{work}/proxy";
    fastcgi_temp_path "{work}/fastcgi";
    uwsgi_temp_path "{work}/uwsgi";
    scgi_temp_path "{work}/scgi";
    server {{ listen 127.0.0.1:{port}{secure}; root "{folder}"; index index.html; }}
}}
"""


class NginxStartError(RuntimeError):
    """nginx ended before it answered; the text is its error log."""


def find_nginx() -> str | None:
    """The path of nginx; Debian keeps it where users without rights do not look."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def find_python_manual() -> Path | None:
    """The folder of the Python manual's HTML pages, from Debian's package python3-doc."""
    folders = Path("/usr/share/doc").glob("python3*/html/library/index.html")
    return next((index.parent.parent.resolve() for index in sorted(folders)), None)


@contextmanager
def nginx(binary: str, folder: Path, work: Path, pem: Path | None = None) -> Iterator[str]:
    """Serve a folder on a free port of 127.0.0.1, with logs in ``work``: its address, without a slash. ``pem``: by
    https and HTTP/2, with this key and certificate."""
    process, port = start(binary, folder, work, pem)
    try:
        yield f"{'https' if pem else 'http'}://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def start(binary: str, folder: Path, work: Path, pem: Path | None = None) -> tuple[subprocess.Popen[bytes], int]:
    """A port may be taken between our choice of it and nginx's start: then another one."""
    secure = f" ssl http2; ssl_certificate {pem}; ssl_certificate_key {pem}" if pem else ""
    for attempt in range(5):
        port = free_port()
        configuration = work / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(work=work, port=port, folder=folder, secure=secure))
        log = work / "error.log"
        process = subprocess.Popen([binary, "-p", work, "-c", configuration, "-e", log], stderr=subprocess.DEVNULL)
        if answers(process, port):
            return process, port
        if "Address already in use" not in log.read_text() or attempt == 4:
            break
    raise NginxStartError(log.read_text())


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server accepts connections; False when it ends first."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.01)
    process.kill()
    process.wait()
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
