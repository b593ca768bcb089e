"""Sites as people write them: YAML, a mapping of slugs to the fields of ``SiteConfig``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from control.sites.configs import InvalidConfigError, checked_config, config_json
from control.sites.slugs import SLUG_RULE, is_slug
from control.sites.yaml_nodes import Dumper, Loader, faults, line, line_of
from schemas.site import SiteConfig


class SitesFileError(ValueError):
    """One line for each problem: ``file:line: site.field: what is wrong``."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))


def read_sites(paths: Iterable[Path]) -> dict[str, SiteConfig]:
    """The sites of all files, by slug.

    Raises:
        SitesFileError: a file cannot be read, or a site is not valid; names every problem of every file.
    """
    files = [SitesFile(path) for path in paths]
    first: dict[str, str] = {}
    for file in files:
        file.read()
        for slug, number in file.lines.items():
            if slug in first:
                file.report(number, f"{slug}: is also in {first[slug]}")
            first.setdefault(slug, f"{file.name}:{number}")
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise SitesFileError(problems)
    return {slug: config for file in files for slug, config in file.configs.items()}


def sites_text(configs: dict[str, SiteConfig]) -> str:
    """YAML that :func:`read_sites` reads."""
    data = {slug: config_json(config) for slug, config in configs.items()}
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1000)


class SitesFile:
    """One file: its sites, the line that each begins in, and its problems."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.configs: dict[str, SiteConfig] = {}
        self.lines: dict[str, int] = {}
        self.problems: list[str] = []
        self._path = path

    def report(self, number: int, problem: str) -> None:
        """Add a problem, with its line."""
        self.problems.append(f"{self.name}:{number}: {problem}")

    def read(self) -> None:
        """Fill ``configs``, ``lines`` and ``problems``."""
        try:
            self._parse(self._path.read_text(encoding="utf-8"))
        except OSError as error:
            self.problems.append(f"{self.name}: {error.strerror}")
        except UnicodeDecodeError:
            self.problems.append(f"{self.name}: is not UTF-8 text")
        except RecursionError:
            self.problems.append(f"{self.name}: is nested too deeply")

    def _parse(self, text: str) -> None:
        try:
            loader = Loader(text)
            self._read_root(loader, loader.get_single_node())
        except yaml.reader.ReaderError as error:
            self.report(text.count("\n", 0, error.position) + 1, "a character that YAML does not allow")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.report(mark.line + 1 if mark else 1, f"is not YAML: {error.problem or error.context}")

    def _read_root(self, loader: Loader, root: yaml.Node | None) -> None:
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            self.report(line(root), "must be a mapping of slugs to the fields of a site")
            return
        found = list(faults(loader, root))
        for number, fault in found:
            self.report(number, fault)
        if not found:
            for key, value in root.value:
                self._read_site(loader, key, value)

    def _read_site(self, loader: Loader, key: yaml.Node, value: yaml.Node) -> None:
        slug = key.value
        if not is_slug(slug):
            self.report(line(key), f"{slug}: the name of a site {SLUG_RULE}")
            return
        self.lines[slug] = line(key)
        try:
            self.configs[slug] = checked_config(loader.construct_object(value, deep=True))
        except InvalidConfigError as error:
            for problem in error.problems:
                path = ".".join(map(str, (slug, *problem.place)))
                self.report(line_of(key, value, problem.place), f"{path}: {problem.message}")
