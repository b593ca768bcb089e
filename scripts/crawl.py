"""``make crawl``: becomes ``scrapy crawl site`` with the words of the variables URL and ARGS."""

from __future__ import annotations

import os
import shlex
import sys


def main() -> None:
    """Start the crawl in this process's place. ARGS is split as a shell would; nothing in it is run."""
    try:
        words = shlex.split(os.environ.pop("ARGS", ""))
    except ValueError as error:
        print(f"ARGS cannot be read ({error}): close each quote.", file=sys.stderr)
        sys.exit(2)
    url = os.environ.pop("URL", "")
    os.execv(sys.executable, [sys.executable, "-m", "scrapy", "crawl", "site", "-a", f"url={url}", *words])


if __name__ == "__main__":
    main()
