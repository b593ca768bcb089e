"""How Chromium is started, and what of it runs. No Playwright."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import psutil

FLAGS = {"image": "--blink-settings=imagesEnabled=false", "font": "--disable-remote-fonts"}
"""How a browser is told not to load a kind of resource at all, which costs nothing for each of them."""
# Playwright's own; what stands last on the command line is what counts, and so it is here once more.
_FEATURES_OF_PLAYWRIGHT = """
AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable
LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect
TcpPortRandomizationWin OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch
msForceBrowserSignIn msEdgeUpdateLaunchServicesPreferredVersion
"""
# It makes a new frame for each document, though the tab stays on its site: a quarter of a page's cost.
DISABLED_FEATURES = (*_FEATURES_OF_PLAYWRIGHT.split(), "RenderDocument")


def launch_options(path: str | None, loads: Collection[str] = ()) -> dict[str, Any]:
    """How the browser is started. Its sandbox is on, but for root, under whom it does not work.

    ``loads``: which of ``FLAGS`` it is able to load; each page says for itself whether it does.
    """
    options: dict[str, Any] = {
        "chromium_sandbox": os.geteuid() != 0,
        "args": [
            "--disable-gpu",
            "--disable-background-networking",
            "--no-pings",
            "--disable-domain-reliability",
            # Nothing past the proxy: no WebRTC by UDP (by the flag's old name, too), no names resolved ahead.
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--dns-prefetch-disable",
            f"--disable-features={','.join(DISABLED_FEATURES)}",
            *(flag for kind, flag in FLAGS.items() if kind not in loads),
        ],
        # A window that a page opens by itself would be one more page.
        "ignore_default_args": ["--disable-popup-blocking"],
        # A stop lets what is under way finish, and closes the browser then.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }
    return options | ({"executable_path": path} if path else {})


def resident_bytes(pid: int) -> int:
    """Memory of a process and of all that it started. What they share counts once; on macOS, for each of them.

    0 where the system does not tell: then the browser is replaced after so many pages alone.
    """
    with suppress(psutil.Error, OSError):
        first = psutil.Process(pid)
        parts = [_resident(process) for process in (first, *first.children(recursive=True))]
        return sum(own for own, _ in parts) + max(shared for _, shared in parts)
    return 0


def _resident(process: psutil.Process) -> tuple[int, int]:
    """What is its own, and what it may share with others."""
    with suppress(psutil.Error, OSError):
        memory = process.memory_info()
        shared = getattr(memory, "shared", 0)
        return memory.rss - shared, shared
    return 0, 0


def kill(pid: int) -> None:
    """End a browser with all that it started: Playwright gives each a group of its own."""
    with suppress(OSError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
