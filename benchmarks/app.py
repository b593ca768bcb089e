"""``python -m benchmarks.app``: a careers site that scripts make in the browser, as such sites are today.

Each posting is an empty page with a script of 300 KB, of which a part runs, a style sheet, a font, eight pictures, a
tracker, and one call of an interface, whose answer the script shows.
"""

from __future__ import annotations

import asyncio
import json
import random
import struct
import sys
import zlib
from contextlib import suppress

from aiohttp import web

CACHED = {"Cache-Control": "public, max-age=31536000, immutable"}
PICTURES = 8
LINKS = 20
READY = "#apply"
"""A selector of what a posting shows last."""
_FUNCTIONS, _USED = 2500, 600
_SHELL = """<!doctype html><html lang="en"><head><title>Loading</title><link rel="stylesheet" href="/static/app.css">
<script async src="/tracker.js"></script></head><body>
<noscript>You need to enable JavaScript to run this app.</noscript>
<div id="root"></div><script src="/static/app.js"></script></body></html>"""
_PART = """
function m%d(a, b) { let x = a + %d; for (let k = 0; k < 3; k++) { x = (x * 31 + b) %% 65521 } return x } all.push(m%d);
"""
_MAIN = """
let sum = 0;
for (let number = 0; number < %d; number++) sum += all[number](number, sum);
(async () => {
  const job = await (await fetch("/api" + location.pathname)).json();
  document.title = job.title;
  const pictures = Array.from({length: %d}, (_, name) => `<img width="200" height="100" src="/static/${name}.png">`);
  const links = job.links.map(link => `<li><a href="${link}">${link}</a></li>`);
  const paragraphs = job.paragraphs.map(text => `<p>${text}</p>`);
  const parts = [...pictures, ...paragraphs, "<ul>", ...links, "</ul>", '<a id="apply" href="/apply">Apply</a>'];
  document.getElementById("root").innerHTML = `<h1>${job.title}</h1>${parts.join("")}`;
})();
"""


def picture(seed: int) -> bytes:
    """A PNG of 400 by 200 points that does not pack well."""
    chance = random.Random(seed)
    rows = b"".join(b"\0" + chance.randbytes(400 * 3 // 4) + bytes(900) for _ in range(200))
    header = struct.pack(">IIBBBBB", 400, 200, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def files() -> dict[str, tuple[bytes, str]]:
    """What is the same for all postings."""
    script = "const all = [];\n" + "".join(_PART % (each, each, each) for each in range(_FUNCTIONS))
    styles = "@font-face { font-family: F; src: url(/static/f.woff2) } body { font-family: F, serif }\n"
    styles += "".join(f".c{each} {{ margin: {each}px }}\n" for each in range(800))
    return {
        "/static/app.js": ((script + _MAIN % (_USED, PICTURES)).encode(), "text/javascript"),
        "/static/app.css": (styles.encode(), "text/css"),
        "/static/f.woff2": (random.Random(0).randbytes(30_000), "font/woff2"),
        "/tracker.js": (b"fetch('/collect?' + Math.random())", "text/javascript"),
        **{f"/static/{each}.png": (picture(each), "image/png") for each in range(PICTURES)},
    }


def job(number: int) -> bytes:
    """A posting, as JSON."""
    links = [f"/jobs/{(7 * number + each) % 1000}" for each in range(LINKS)]
    text = "We look for people who like people. " * 12
    return json.dumps({"title": f"Job {number}", "paragraphs": [text] * 30, "links": links}).encode()


def application() -> web.Application:
    """The site."""
    fixed = files()

    async def answer(request: web.Request) -> web.Response:
        path = request.path
        if path in fixed:
            body, kind = fixed[path]
            return web.Response(body=body, content_type=kind, headers=CACHED if path.startswith("/static/") else None)
        if path.startswith("/api/jobs/"):
            return web.Response(body=job(int(path.rpartition("/")[2])), content_type="application/json")
        if path.startswith("/jobs/"):
            return web.Response(text=_SHELL, content_type="text/html")
        return web.Response(status=404)

    served = web.Application()
    served.router.add_get("/{path:.*}", answer)
    return served


async def serve() -> None:
    """Serve on a free port until standard input is closed; the first line of output says where."""
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps("http://{}:{}".format(*runner.addresses[0][:2])), flush=True)
    closed = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), closed.set)
    await closed.wait()
    await runner.cleanup()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
