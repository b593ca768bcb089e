"""Sites that put something in the place of their pages: challenges, captchas, logins, errors that look like pages.

What they answer with is recorded (``tests/extractors/blocked/answers``). Each path is one behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from tests.support.answers import Recorded, answer
from tests.web.careers import posting, posting_page
from tests.web.odd import flaky_answers
from tests.web.resource import Handler, Resource, Site, page, redirect
from tests.web.traps import SEEDLESS

TEXT = "<p>A tide gauge measures the height of the sea against a mark on the land, hour by hour.</p>"
CONSENT = (
    '<div role="dialog"><h2>We value your privacy</h2><p>We and our 312 partners store cookies. Accept cookies to go '
    "on.</p><button>Accept all</button><button>Reject all</button></div>"
)


def wall(name: str, status: int | None = None, **headers: str) -> Resource:
    """A recorded answer, with another status or further headers."""
    recorded = answer(name)
    kept = {key: value for key, value in recorded.headers if key.lower() != "content-type"}
    more = {key.replace("_", "-"): value for key, value in headers.items()}
    return Resource(recorded.body, content_type(recorded), status or recorded.status, kept | more)


def offer(title: str) -> Resource:
    """The page of one posting."""
    return posting_page(title, posting(title))


def content_type(recorded: Recorded) -> str:
    return next((value for key, value in recorded.headers if key.lower() == "content-type"), "")


def in_turn(answers: Sequence[Resource]) -> Handler:
    """The first time the first, and so on; then always the last. A reset begins anew."""

    async def respond(request: web.Request) -> web.StreamResponse:
        key = f"{request.host}{request.path}"
        one = answers[min(flaky_answers[key], len(answers) - 1)]
        flaky_answers[key] += 1
        headers = {"Content-Type": one.content_type} | dict(one.headers)
        return web.Response(body=one.body, status=one.status, headers=headers)

    return respond


VERDICTS = {
    "/challenge-200": "blocked: Cloudflare",
    "/challenge-403": "blocked: Cloudflare",
    "/challenge-503": "blocked: Cloudflare",
    "/challenge-202": "blocked: AWS WAF",
    "/denied": "blocked: Akamai",
    "/forbidden": "blocked",
    "/captcha": "captcha: DataDome",
    "/captcha-alone": "captcha: reCAPTCHA",
    "/unusual-traffic": "soft_block",
    "/rate-limited": "rate_limited",
    "/members": "login_wall",
    "/login-form": "login_wall",
    "/soft-404": "error_page",
}
"""What each path that has no page turns out to be; those of the site ``walls`` that are not here are pages."""
ROOMS = tuple(f"/room-{number}" for number in range(1, 31))

WALLS: Site = {
    "/": page("Behind walls", *VERDICTS, "/consent", "/yields", "/yields-later", "/login", "/gone", *ROOMS),
    "/challenge-200": wall("cloudflare-challenge-200"),
    "/challenge-403": wall("cloudflare-challenge"),
    "/challenge-503": wall("cloudflare-challenge-503"),
    "/challenge-202": wall("aws-waf-challenge"),
    "/denied": wall("akamai-reference"),
    "/forbidden": wall("forbidden-nginx"),
    "/captcha": wall("datadome-captcha"),
    "/captcha-alone": wall("recaptcha-alone"),
    "/unusual-traffic": wall("unusual-traffic"),
    "/rate-limited": wall("too-many-requests", Retry_After="1"),
    "/members": redirect("/login?next=/members", 302),
    "/login": page("Log in", body='<form><input name="user"><input type="password" name="password"></form>'),
    "/login-form": wall("login-form"),
    "/soft-404": wall("soft-404"),
    "/gone": wall("access-denied-403", 410),
    "/careers/": page("Careers"),
    "/consent": Resource(page("Consent", "/consented", body=CONSENT + TEXT).body),
    "/consented": page("Consented"),
    "/yields": in_turn([wall("cloudflare-challenge-200"), offer("Lock keeper")]),
    "/yields-later": in_turn([wall("too-many-requests", Retry_After="1"), offer("Lighthouse keeper")]),
    **{room: page(room.strip("/"), body=TEXT) for room in ROOMS},
}
"""Most of its pages are pages."""

WALLED: Site = SEEDLESS | {
    "/": page("Walled", *(f"/{number}" for number in range(1, 10))),
    "*": wall("cloudflare-challenge-200"),
}
"""It shows its first page, and a challenge for each other."""

PRESSED: Site = SEEDLESS | {
    "/busy": wall("too-many-requests-200", Retry_After="1"),
    **{f"/walled-{number}": wall("cloudflare-challenge-200") for number in range(1, 6)},
}
"""It says that it is asked too often with the status of a page, and then blocks."""

TURNS: Site = {
    "/": page("It was open once", "/posting", "/login-later", "/gone-later"),
    "/posting": in_turn([offer("Ferryman"), wall("cloudflare-challenge-200")]),
    "/login-later": in_turn([page("Minutes of the board"), wall("login-form")]),
    "/gone-later": in_turn([page("An offer"), wall("soft-404")]),
    "/careers/": page("Careers"),
}
"""Open when it is asked first, walled later."""

__all__ = ["PRESSED", "ROOMS", "TURNS", "VERDICTS", "WALLED", "WALLS"]
