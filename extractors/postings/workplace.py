"""Where the work is done: on site, from anywhere, or both. Hybrid is not remote."""

from __future__ import annotations

import re
from functools import cache

from extractors.postings.words import word_list

_LONGEST = 40_000
_LONGEST_LABEL = 80

# Words that may stand around a label without changing it; and those that take it back.
_AROUND = re.compile(
    r"\b(?:fully|full|full[- ]time|only|first|position|role|jobs?|work|working|arrangement|based|available|"
    r"ok|model|setup|schedule|opportunity|option|workplace|type|location|arbeit|arbeiten|travail|praca|lavoro|"
    r"werken|\u0440\u0430\u0431\u043e\u0442\u0430|"
    r"trabajo|voll|komplett|komplette?s?|\u0440\u043e\u0431\u043e\u0442\u0430|"
    r"modelo|modalidad|modalit\u00e0|formato?|regime|tryb|re\u017eim|\u0444\u043e\u0440\u043c\u0430\u0442|"
    r"\u0440\u0435\u0436\u0438\u043c|"
    r"in|usa?|uk|eu|europe|emea)\b|100 ?%",
)
_DENIED = re.compile(r"\b(?:no|not|non|kein\w*|nicht|pas|sans|sin|n\u00e3o|nie|ne|ikke|inte|ei|geen|niet|false)\b")
_FRIENDLY = re.compile(
    r"remote[- ](?:friendly|optional|possible|option|eligible)|(?:occasional|optional)\w* remote|"
    r"(?:telecommut\w*|remote) ?[:=] ?(?:false|no|0)\b|\b(?:m\u00f6glich|possible)\b"
)
_PARTS = re.compile(r"[,;|()/]| - ")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
# Most sentences speak of something else: they are left out before the phrases are looked for.
_TOUCHES = re.compile(
    r"hybr[iy]d|remot|distribut|site|office|person|anywhere|home|hause|vor ort|b\u00fcro|mobil|trava[il]|trabaj|"
    r"trabalh|present|"
    r"pr\u00e9sent|presenc|oficina|ibrid|h\u00edbrid|smart|thuis|distans|arbejdssted|zdaln|stacjon|d\u00e1lku|"
    r"\u0433\u0438\u0431\u0440\u0438\u0434|\u0443\u0434\u0430\u043b|\u043e\u0444\u0438\u0441|\u8fdc\u7a0b|"
    r"\u30ea\u30e2\u30fc\u30c8",
    re.IGNORECASE,
)


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    """For each workplace the pattern of its ``labels`` or ``phrases``, which stand in ``workplace.json``."""
    data = word_list("workplace")
    found = {}
    for name, parts in data[kind].items():
        joined = "|".join(parts).replace("{days}", data["parts"]["days"]).replace("{work}", data["parts"]["work"])
        found[name] = re.compile(f"(?:{joined})", re.IGNORECASE)
    return found


def workplace_of(label: str | None) -> str | None:
    """``onsite``, ``hybrid`` or ``remote`` for a label of a page or feed, in many languages; None: it says nothing.

    ``No remote`` is on site; ``remote-friendly`` and ``telecommuting: false`` say nothing.
    """
    text = re.sub(r"[\s_]+", " ", (label or "").strip().lower())
    if not text or len(text) > _LONGEST_LABEL or _FRIENDLY.search(text):
        return None
    text = re.sub(r"^(?:is )?(telecommut\w*|remote) ?[:=] ?(?:true|yes|1)$", r"\1", text)
    kinds = {kind for part in _PARTS.split(text) if (kind := _of_part(part.strip(" .:!")))}
    if kinds == {"remote", "onsite"}:
        return "hybrid"
    return "hybrid" if "hybrid" in kinds else kinds.pop() if len(kinds) == 1 else None


def _of_part(part: str) -> str | None:
    labels = _patterns("labels")
    if _DENIED.search(part):
        return "onsite" if labels["remote"].search(part) and not labels["hybrid"].search(part) else None
    rest = " ".join(_AROUND.sub(" ", part).split()).strip(" :-")
    return next((kind for kind, known in labels.items() if known.fullmatch(rest) or known.fullmatch(part)), None)


def workplace_in(prose: str) -> str | None:
    """What a description says of the workplace, in phrases that mean nothing else; None where it does not.

    ``A hybrid technical expert``, ``remote teams`` and ``remote-friendly`` say nothing of it.
    """
    prose = "\n".join(one for one in _SENTENCE.split(prose[:_LONGEST]) if _TOUCHES.search(one))
    prose = re.sub(r"[^\S\n]+", " ", prose)
    phrases = _patterns("phrases")
    if phrases["hybrid"].search(prose):
        return "hybrid"
    # What is denied is taken out, so that "no remote position" is not a remote position.
    onsite = phrases["onsite"].search(prose) is not None
    remote = phrases["remote"].search(phrases["onsite"].sub(" ", prose)) is not None
    return None if onsite == remote else "onsite" if onsite else "remote"
