"""How the protections of sites answer: data alone. What a rule means, ``judge.py`` says.

An answer is what the first rule says whose conditions all hold. To add one, add a recorded answer, too
(``tests/extractors/blocked/answers``); a test holds each rule to that.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.verdicts import Kind

REFUSED = frozenset({401, 403, 405, 406, 418, 429, 503})
"""The statuses with which requests are refused."""
FORBIDDEN = frozenset({403})


@dataclass(frozen=True, slots=True)
class Rule:
    """What must be there; a condition that is left out holds for every answer.

    Of an answer with the status of a page, title, code and words count only where there is little else to see; title
    and words without code, only where there is hardly anything.
    """

    by: str | None
    kind: Kind
    statuses: frozenset[int] = frozenset()
    """One of these; none: any but those of answers that are no pages (304, 404, …)."""
    header: tuple[str, str] | None = None
    """A header and what its value has in it, both in lower case; an empty value: that it is there at all."""
    cookie: str = ""
    """A cookie that the answer sets."""
    title: tuple[str, ...] = ()
    """The title begins with one of these, in lower case."""
    code: tuple[bytes, ...] = ()
    """All of these stand in the body, in lower case, where people do not see them."""
    words: tuple[str, ...] = ()
    """One of these stands in what people see, in lower case."""
    text_under: int = 0
    """People see fewer characters than this."""


_CLOUDFLARE = "Cloudflare"
_AKAMAI = "Akamai"
_DATADOME = "DataDome"
_HUMAN = "HUMAN (PerimeterX)"
_IMPERVA = "Imperva"
_AWS = "AWS WAF"
_KASADA = "Kasada"

VENDORS: tuple[Rule, ...] = (
    # What a header says holds whatever the page looks like.
    Rule(_CLOUDFLARE, Kind.BLOCKED, header=("cf-mitigated", "challenge")),
    Rule(_AWS, Kind.BLOCKED, header=("x-amzn-waf-action", "challenge")),
    Rule(_AWS, Kind.CAPTCHA, header=("x-amzn-waf-action", "captcha")),
    Rule(_KASADA, Kind.BLOCKED, frozenset({403, 429}), header=("x-kpsdk-ct", "")),
    Rule(_DATADOME, Kind.BLOCKED, REFUSED, header=("x-dd-b", "")),
    Rule("Vercel", Kind.BLOCKED, header=("x-vercel-mitigated", "challenge")),
    Rule("Vercel", Kind.BLOCKED, header=("x-vercel-mitigated", "deny")),
    # Cloudflare: too many requests, the block by a rule of the site's owner, the challenge in all its ages.
    Rule(_CLOUDFLARE, Kind.RATE_LIMITED, code=(b"cf-error-details",), words=("you are being rate limited",)),
    Rule(_CLOUDFLARE, Kind.RATE_LIMITED, REFUSED, words=("error code: 1015",), text_under=60),
    Rule(
        _CLOUDFLARE,
        Kind.BLOCKED,
        code=(b"cf-error-details",),
        words=(
            "you have been blocked",
            "you are unable to access",
            "access denied",
            "has banned",
            "banned your access",
        ),
    ),
    Rule(
        _CLOUDFLARE,
        Kind.BLOCKED,
        REFUSED,
        words=tuple(f"error code: {number}" for number in (1005, 1006, 1007, 1008, 1009, 1010, 1012, 1020)),
        text_under=60,
    ),
    Rule(_CLOUDFLARE, Kind.BLOCKED, code=(b"_cf_chl_opt",)),
    Rule(_CLOUDFLARE, Kind.BLOCKED, code=(b"/cdn-cgi/challenge-platform/", b"orchestrate")),
    Rule(_CLOUDFLARE, Kind.BLOCKED, code=(b"cf-browser-verification",)),
    Rule(_CLOUDFLARE, Kind.CAPTCHA, title=("attention required! | cloudflare",)),
    Rule(_CLOUDFLARE, Kind.BLOCKED, header=("server", "cloudflare"), title=("just a moment...",)),
    # Akamai: the plain refusal with its reference, and the challenges of its Bot Manager.
    Rule(_AKAMAI, Kind.BLOCKED, title=("access denied",), words=("reference #", "errors.edgesuite.net")),
    Rule(_AKAMAI, Kind.BLOCKED, FORBIDDEN, header=("server", "akamaighost")),
    Rule(_AKAMAI, Kind.BLOCKED, code=(b"sec-if-cpt-container",)),
    Rule(_AKAMAI, Kind.BLOCKED, code=(b"/_sec/cp_challenge/",)),
    Rule(_AKAMAI, Kind.BLOCKED, code=(b"bm-verify=", b"http-equiv"), text_under=200),
    Rule(_AKAMAI, Kind.BLOCKED, title=("pardon our interruption",), cookie="_abck"),
    Rule(_AKAMAI, Kind.BLOCKED, FORBIDDEN, cookie="_abck"),
    # DataDome: banned for good, or a captcha; JSON where a script asks.
    Rule(_DATADOME, Kind.BLOCKED, code=(b"captcha-delivery.com/", b"'t':'bv'")),
    Rule(_DATADOME, Kind.CAPTCHA, code=(b"captcha-delivery.com/", b"var dd=")),
    Rule(_DATADOME, Kind.CAPTCHA, REFUSED, code=(b"captcha-delivery.com/",)),
    Rule(_DATADOME, Kind.BLOCKED, FORBIDDEN, header=("x-datadome", "")),
    # HUMAN.
    Rule(_HUMAN, Kind.CAPTCHA, code=(b"_pxappid", b"px-captcha")),
    Rule(_HUMAN, Kind.CAPTCHA, title=("access to this page has been denied",)),
    Rule(_HUMAN, Kind.CAPTCHA, REFUSED, code=(b'"blockscript"', b'"appid"')),
    # Imperva: Incapsula's frame, its script in place of the page, and what was Distil.
    Rule(_IMPERVA, Kind.BLOCKED, words=("incapsula incident id",)),
    Rule(_IMPERVA, Kind.BLOCKED, code=(b"_incapsula_resource", b"main-iframe")),
    Rule(_IMPERVA, Kind.BLOCKED, code=(b"_incapsula_resource?", b"noindex"), text_under=100),
    Rule(_IMPERVA, Kind.BLOCKED, title=("pardon our interruption",)),
    Rule(_IMPERVA, Kind.BLOCKED, FORBIDDEN, header=("x-iinfo", "")),
    # Amazon, as a protection and as itself.
    Rule(_AWS, Kind.CAPTCHA, code=(b"gokuprops", b"captcha.js")),
    Rule(_AWS, Kind.BLOCKED, code=(b"gokuprops", b"challenge.js")),
    Rule(_AWS, Kind.BLOCKED, title=("error: the request could not be satisfied",), words=("request blocked",)),
    Rule("Amazon", Kind.CAPTCHA, code=(b"/errors/validatecaptcha",)),
    Rule(_KASADA, Kind.BLOCKED, code=(b"window.kpsdk", b"ips.js"), text_under=200),
    # Others, who are met less often.
    Rule("Anubis", Kind.BLOCKED, code=(b"anubis_challenge",)),
    Rule("Vercel", Kind.BLOCKED, title=("vercel security checkpoint",)),
    Rule("DDoS-Guard", Kind.BLOCKED, REFUSED, title=("ddos-guard",)),
    Rule("Sucuri", Kind.BLOCKED, words=("sucuri website firewall",)),
    Rule("Wordfence", Kind.BLOCKED, REFUSED, words=("generated by wordfence",)),
    Rule("F5", Kind.BLOCKED, words=("the requested url was rejected. please consult with your administrator",)),
    Rule("ModSecurity", Kind.BLOCKED, REFUSED, words=("mod_security", "modsecurity")),
    Rule("Radware", Kind.CAPTCHA, title=("radware", "shieldsquare", "bot manager captcha"), code=(b"perfdrive.com",)),
    Rule("Azure WAF", Kind.BLOCKED, FORBIDDEN, title=("azure waf",)),
    Rule("Alibaba Cloud", Kind.CAPTCHA, code=(b"/_____tmd_____/",), text_under=600),
    Rule("Google", Kind.CAPTCHA, words=("detected unusual traffic from your computer network",)),
    Rule("LinkedIn", Kind.BLOCKED, frozenset({999})),
    # Nobody who gives a name.
    Rule(None, Kind.RATE_LIMITED, frozenset({429})),
)

CAPTCHAS: tuple[tuple[bytes, str], ...] = (
    (b"challenges.cloudflare.com/turnstile", _CLOUDFLARE),
    (b"cf-turnstile", _CLOUDFLARE),
    (b"hcaptcha", "hCaptcha"),
    (b"recaptcha", "reCAPTCHA"),
    (b"arkoselabs", "Arkose"),
    (b"funcaptcha", "Arkose"),
    (b"friendlycaptcha", "Friendly Captcha"),
    (b"frc-captcha", "Friendly Captcha"),
    (b"geetest", "GeeTest"),
    (b"captcha", ""),
)
"""What stands in the code of a page that has a captcha, the certain before the vague; no name: one of its own."""

CAPTCHA_HOSTS = {"captcha-delivery.com": _DATADOME, "perfdrive.com": "Radware", "hcaptcha.com": "hCaptcha"}
"""Hosts to which requests are redirected that shall solve a captcha."""
