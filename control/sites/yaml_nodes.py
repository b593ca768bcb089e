"""YAML as nodes that know their lines: what PyYAML's own ``safe_load`` forgets, and lets pass."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from control.sites.configs import Place

TAG = "tag:yaml.org,2002:"
PLAIN_TAGS = {TAG + word for word in ("null", "bool", "int", "float", "str", "seq", "map", "merge")}
LINE_ENDS = set("\x85\u2028\u2029")
BAD_SCALAR = (ValueError, KeyError, IndexError)
"""What PyYAML raises for ``!!int word``, ``!!bool word`` and ``!!int ''``."""


class Loader(yaml.SafeLoader):
    """PyYAML's safe loader; what looks like a date stays text."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{TAG}timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper; what it would write as a line end stays what it is."""

    def represent_text(self, text: str) -> yaml.Node:
        """A text, in quotes and escaped where it has to be."""
        return self.represent_scalar(f"{TAG}str", text, style='"' if LINE_ENDS.intersection(text) else None)


Dumper.add_representer(str, Dumper.represent_text)


def line(node: yaml.Node) -> int:
    """The line that the node begins in; lines count from one."""
    return int(node.start_mark.line) + 1


def line_of(key: yaml.Node, value: yaml.Node, place: Place) -> int:
    """The line of the field at ``place`` in ``value``, or of what is nearest; ``key`` precedes it."""
    found = key
    for step in place:
        pair = _step(value, step)
        if pair is None:
            break
        found, value = pair
    return line(found)


def _step(node: yaml.Node, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        # What is merged in with << comes first, what overrides it last.
        return next((pair for pair in reversed(node.value) if pair[0].value == str(step)), None)
    return None


def faults(loader: Loader, root: yaml.Node) -> Iterator[tuple[int, str]]:
    """What YAML lets pass and we do not, with its line: a key given twice, a value that is no plain data."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        # Aliases make one node appear in many places, even within itself.
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.tag not in PLAIN_TAGS:
            yield line(node), f"the tag {node.tag.replace(TAG, '!!')} cannot be used here"
        elif isinstance(node, yaml.ScalarNode):
            yield from _scalar_faults(loader, node)
        elif isinstance(node, yaml.MappingNode):
            yield from _key_faults(node)
            waiting += [value for _, value in reversed(node.value)]
        else:
            waiting += reversed(node.value)


def _scalar_faults(loader: Loader, scalar: yaml.ScalarNode) -> Iterator[tuple[int, str]]:
    if "\0" in scalar.value:
        yield line(scalar), "the character NUL cannot be stored"
    try:
        loader.construct_object(scalar)
    except BAD_SCALAR:
        yield line(scalar), f"{scalar.value[:60]!r} is not of the type {scalar.tag.replace(TAG, '!!')}"


def _key_faults(mapping: yaml.MappingNode) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            yield line(key), "a key must be a word"
        elif key.value in first:
            yield line(key), f"{key.value}: is given twice, first in line {first[key.value]}"
        else:
            first[key.value] = line(key)
