"""compose.yaml without an engine: it agrees with what it names, and what can be run of it here is run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from crawler.embedded.binaries import valkey_server
from schemas.environment import Environment
from tests.support.dockerfile import stages
from tests.support.nginx import answers, free_port
from tests.support.processes import ROOT
from tests.support.s3 import S3

DEPLOY = ROOT / "deploy"
OTHERS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SCRAPYD_BIND_ADDRESS"}
"""Variables that boto3 and Scrapyd read."""

TEXT = (DEPLOY / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def test_each_image_of_ours_is_a_target_of_the_dockerfile() -> None:
    for service in OURS.values():
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert service["build"]["target"] in stages()


def test_each_variable_is_one_that_is_read() -> None:
    read = {str(field.alias) for field in Environment.model_fields.values()} | OTHERS

    assert {name for service in OURS.values() for name in service["environment"]} <= read


def test_no_password_has_a_default() -> None:
    used = dict(re.findall(r"\$\{(\w+)(:\?|:-[^}]*)?\}", TEXT))
    example = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    secrets = used.keys() - {"LONGLINE_ALLOWED_HOSTS"}

    assert used.keys() == example.keys()
    assert {used[name] for name in secrets} == {":?"}
    assert {example[name] for name in secrets} == {""}


def test_whoever_is_waited_for_can_be_seen_to_be_well() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]
            else:
                assert SERVICES[other]["restart"] == "no"


def test_ports_are_open_to_this_machine_alone_and_volumes_are_declared() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]

    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", []))
    assert {mount.split(":")[0] for mount in mounts} == set(COMPOSE["volumes"])
    assert {config["source"] for service in SERVICES.values() for config in service.get("configs", [])} == set(
        COMPOSE["configs"]
    )
    assert (DEPLOY / COMPOSE["configs"]["scrapyd.conf"]["file"]).is_file()


def test_the_bucket_is_made_once(s3: S3) -> None:
    service = SERVICES["bucket"]
    assert service["entrypoint"] == ["python", "-c"]
    code = service["command"][0].replace('"pages"', '"compose-pages"')  # the server of the tests has that already
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=s3.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "compose-pages" in [bucket["Name"] for bucket in s3.client().list_buckets()["Buckets"]]


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[redis.Redis]:
    """The server that the command of the service valkey starts, on a port of its own."""
    (tmp_path / "valkey-server").symlink_to(valkey_server())
    port = free_port()
    command = [word.replace("$$", "$") for word in SERVICES["valkey"]["command"]]
    command[-1] += f" --bind 127.0.0.1 --port {port}"
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "VALKEY_PASSWORD": "sesame"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    assert answers(process, port), (tmp_path / "log").read_text()
    with redis.Redis(port=port, password="sesame") as client:
        yield client
    process.terminate()
    process.wait(timeout=60)


def test_valkey_keeps_what_it_is_given(valkey: redis.Redis) -> None:
    settings: Any = valkey.config_get("*")

    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendonly"] == "yes"
    assert settings["requirepass"] == "sesame"
