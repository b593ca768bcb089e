"""``scrapy doctor``: is each part reachable, sound and configured; if not, what to do."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand

MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]-[/]"}


class Command(ScrapyCommand):
    """Exit status: 0 all is well; 1 something is not; 2 the environment cannot be read."""

    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        """For the help."""
        return "Check each part, and say what to do where one is not well"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Check one part after the other; one that fails does not stop the next."""
        from rich.console import Console
        from rich.markup import escape

        from crawler.soundness import examine
        from schemas.environment import BadEnvironmentError, read_environment

        console = Console(highlight=False, soft_wrap=True)
        try:
            environment = read_environment()
        except BadEnvironmentError as error:
            console.print(f"[red]✗[/] environment  {escape(str(error))}")
            self.exitcode = 2
            return
        for name, well, text in examine(environment):
            console.print(f"{MARKS[well]} {name:<12} {escape(text)}")
            if well is False:
                self.exitcode = 1
