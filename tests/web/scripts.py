"""The site ``scripts``: what scripts do to a browser that only wants to see a page."""

from __future__ import annotations

from tests.web.resource import Resource, Site


def script(code: str, charset: str = "utf-8", **headers: str) -> Resource:
    """A page that is empty but for what ``code`` does; ``add(text)`` shows a text."""
    add = 'const add = text => document.getElementById("root").append(text + " ");'
    body = f'<!doctype html><title>Scripts</title><body><div id="root"></div><script>{add}{code}</script>'
    return Resource(body.encode(charset), f"text/html; charset={charset}", headers=headers)


SCRIPTS: Site = {
    "/loops": script('add("begun"); setTimeout(() => { while (true) {} }, 50)'),
    "/asks-for-ever": script('add("shown"); setInterval(() => fetch("/asked?" + Math.random()), 200)'),
    "/asked": Resource(b"{}", "application/json"),
    "/other-alphabet": script('add("caf\\u00e9 \\u65e5\\u672c")', charset="windows-1252"),
    "/opens-windows": script('window.open("/opened"); add("shown")'),
    "/asks-questions": script('alert("well?"); add("answered")'),
    "/renames-itself": script('history.pushState({}, "", "/renamed/here"); add("renamed")'),
    "/leaves": script('location.href = "@elsewhere@/landing"; add("stayed")'),
    "/says-who": script("add(navigator.userAgent); add((navigator.userAgentData?.brands ?? []).length)"),
    "/crashes": script('add("begun"); location.href = "chrome://crash"'),
    "/nothing": Resource(b"", status=404),
    "/redirects": Resource(b"", status=302, headers={"Location": "@elsewhere@/landing"}),
}
