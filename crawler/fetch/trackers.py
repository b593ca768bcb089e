"""Whom a page tells that it was visited, and who puts advertisements on it: none of them changes what it says."""

from __future__ import annotations

TRACKERS: tuple[str, ...] = (
    "*://*.google-analytics.com/*",
    "*://*.googletagmanager.com/*",
    "*://*.googlesyndication.com/*",
    "*://*.googleadservices.com/*",
    "*://*.doubleclick.net/*",
    "*://connect.facebook.net/*",
    "*://*.facebook.com/tr*",
    "*://*.hotjar.com/*",
    "*://*.clarity.ms/*",
    "*://bat.bing.com/*",
    "*://px.ads.linkedin.com/*",
    "*://snap.licdn.com/*",
    "*://analytics.tiktok.com/*",
    "*://static.ads-twitter.com/*",
    "*://*.criteo.com/*",
    "*://*.criteo.net/*",
    "*://*.taboola.com/*",
    "*://*.outbrain.com/*",
    "*://*.amazon-adsystem.com/*",
    "*://*.scorecardresearch.com/*",
    "*://*.quantserve.com/*",
    "*://*.segment.io/*",
    "*://*.mixpanel.com/*",
    "*://*.amplitude.com/*",
    "*://*.fullstory.com/*",
    "*://*.nr-data.net/*",
    "*://*.newrelic.com/*",
    "*://*.sentry.io/*",
    "*://*.matomo.cloud/*",
    "*://mc.yandex.ru/*",
)
"""Patterns of the DevTools protocol: ``*`` is any number of characters, ``?`` one."""
