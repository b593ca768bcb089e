"""Keys of ``request.meta`` by which a request says how it is to be fetched, and how it was."""

from __future__ import annotations

IDENTITY = "identity"
"""``robot`` or ``browser``, in the place of the setting LONGLINE_IDENTITY."""
SESSION = "session"
"""Any text: its requests have an identity and cookies of their own on each host."""
DIRECT = "dont_proxy"
"""True where a request shall go out directly, though there are proxies. scrapy-zyte-smartproxy knows it, too."""
TIER = "tier"
"""The way by which it was fetched: ``proxy``, ``smartproxy``, ``browser``; absent: ``direct``."""
NOT_THE_SITES = "answer_not_the_sites"
"""Of an answer that comes from a proxy, and not from the site: what it is, in words that begin a sentence."""
VERDICT = "verdict"
"""What its answer turned out to be, as ``schemas.verdicts.Verdict.encode`` writes it; absent: it was not judged."""
UNJUDGED = "dont_judge"
"""True where the answer is no page: a sitemap."""
