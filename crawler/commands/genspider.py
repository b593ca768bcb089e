"""``scrapy genspider``: Scrapy's own, with a template of ours for a spider whose items are stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.commands import genspider

import crawler

TEMPLATES = Path(crawler.__file__).parent / "templates"


class Command(genspider.Command):
    """Our templates come before Scrapy's of the same name."""

    def _find_template(self, template: str) -> Path | None:
        own = TEMPLATES / f"{template}.tmpl"
        return own if own.is_file() else super()._find_template(template)

    def _generate_template_variables(self, module: str, name: str, url: str, template_name: str) -> dict[str, Any]:
        variables = super()._generate_template_variables(module, name, url, template_name)
        # Scrapy leaves the port in, and then warns of it in each crawl.
        return variables | {"domain": urlsplit(url).hostname or ""}
