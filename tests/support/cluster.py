"""Clusters of Valkey: they refuse what touches two slots at once, or another node's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import redis

from tests.support.killable import KillableValkey, steady_port
from tests.support.valkey import PASSWORD, valkey

PATIENCE = 60.0
SLOTS = 16384


@contextmanager
def clustered_valkey(folder: Path) -> Iterator[str]:
    """The URL of a cluster of one, whose data are in ``folder``, as if it were none."""
    with valkey(folder, "--cluster-enabled", "yes") as port:
        url = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/0"
        with redis.Redis.from_url(url) as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE", 0, SLOTS - 1)
            _await_cluster(client)
        yield url


class Node(KillableValkey):
    """One of a cluster's."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bus = steady_port()

    @property
    def command(self) -> list[str | Path]:
        of_cluster = {
            "cluster-enabled": "yes",
            "cluster-port": str(self.bus),
            # Nobody takes the place of one that is killed, and the others go on meanwhile.
            "cluster-require-full-coverage": "no",
        }
        return [*super().command, *(word for name, value in of_cluster.items() for word in (f"--{name}", value))]


class Cluster:
    """Several nodes with an append-only file each, and the slots shared out evenly."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        """Names one of the nodes."""
        return self.nodes[0].url.replace("redis://", "redis+cluster://").removesuffix("/0")

    def node_of(self, key: str) -> Node:
        """Who has a key."""
        with self.nodes[0].client() as client:
            slot = int(client.execute_command("CLUSTER KEYSLOT", key))
        return self.nodes[slot * len(self.nodes) // SLOTS]

    def keys(self) -> list[bytes]:
        """Of all nodes."""
        found: list[bytes] = []
        for node in self.nodes:
            with node.client() as client:
                found += client.keys("*")
        return sorted(found)

    def await_ready(self) -> None:
        """Until each node knows of all slots."""
        for node in self.nodes:
            with node.client() as client:
                _await_cluster(client)


@contextmanager
def cluster_of(folder: Path, count: int) -> Iterator[Cluster]:
    """So many nodes, with their data in ``folder``."""
    with ExitStack() as stack:
        nodes = []
        for number in range(count):
            data = folder / f"node-{number}"
            data.mkdir()
            node = Node(data)
            node.start()
            stack.callback(node.kill)
            nodes.append(node)
        _form(nodes)
        cluster = Cluster(nodes)
        cluster.await_ready()
        yield cluster


def _form(nodes: list[Node]) -> None:
    with nodes[0].client() as first:
        for number, node in enumerate(nodes):
            start, end = (-(-SLOTS * at // len(nodes)) for at in (number, number + 1))
            with node.client() as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", start, end - 1)
                client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
            if number:
                first.execute_command("CLUSTER MEET", "127.0.0.1", node.port, node.bus)


def _await_cluster(client: redis.Redis) -> None:
    """Until all slots are served."""
    deadline = time.monotonic() + PATIENCE
    while not _serves_all(client):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _serves_all(client: redis.Redis) -> bool:
    told: dict[str, str] = client.execute_command("CLUSTER INFO")  # type: ignore[no-untyped-call]
    return told["cluster_state"] == "ok" and int(told["cluster_slots_ok"]) == SLOTS
