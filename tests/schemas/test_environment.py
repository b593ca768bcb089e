"""The environment: read in one place, typed, and never shown with its secrets."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.environment import BadEnvironmentError, Environment, env_example, read_environment, without_password

ROOT = Path(inspect.getfile(Environment)).parent.parent
PACKAGES = ("schemas", "extractors", "frontier", "pipelines", "crawler", "control", "benchmarks", "manage.py")
MAY_TOUCH_THE_ENVIRONMENT = {
    "crawler/__init__.py": "tells a library of Scrapy's to fetch nothing by itself",
    "control/migrate.py": "names the settings module to Django",
    "control/wsgi.py": "names the settings module to Django",
    "crawler/services.py": "the environment of a child process",
    "manage.py": "names the settings module and the database to Django",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, entered, with an environment that has none of our variables."""
    for field in Environment.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    (tmp_path / "scrapy.cfg").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_file_names_every_variable_as_it_is() -> None:
    assert (ROOT / ".env.example").read_text() == env_example(), "run: make env-example"


def test_the_example_file_can_be_used_as_it_is(project: Path) -> None:
    uncommented = [line.removeprefix("# ") for line in env_example().splitlines() if line.partition("=")[0].isupper()]
    (project / ".env").write_text("\n".join(uncommented))

    from_file = read_environment()
    (project / ".env").unlink()

    assert from_file == read_environment()


def test_nothing_needs_to_be_set(project: Path) -> None:
    environment = read_environment()

    assert environment.database_url is None
    assert environment.home == project / ".longline"
    assert environment.archive == (project / ".longline" / "archive").as_uri()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LONGLINE_ARCHIVE_URL", "ftp://hunter2/pages"),
        ("LONGLINE_ARCHIVE_URL", "s3://?hunter2"),
        ("LONGLINE_ARCHIVE_URL", "hunter2"),
        ("LONGLINE_DEBUG", "hunter2"),
        ("LONGLINE_OUTAGE_SECONDS", "hunter2"),
        ("LONGLINE_OUTAGE_SECONDS", "-77"),
        ("LONGLINE_PROXIES", "http://anna:hunter2@h:1,socks4://anna:hunter2@h:2"),
        ("LONGLINE_PROXIES", "anna:hunter2@h:1"),
        ("ZYTE_SMARTPROXY_URL", "http://hunter2:@127.0.0.1:8011"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_not_repeated(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(BadEnvironmentError) as problem:
        read_environment()

    assert str(problem.value).startswith(f"{name} ")
    assert str(problem.value).endswith(".")
    assert value not in str(problem.value)
    assert "\n" not in str(problem.value)


def test_each_bad_value_has_a_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGLINE_ARCHIVE_URL", "ftp://")
    monkeypatch.setenv("LONGLINE_DEBUG", "perhaps")

    with pytest.raises(BadEnvironmentError) as problem:
        read_environment()

    assert [line.split()[0] for line in str(problem.value).splitlines()] == ["LONGLINE_ARCHIVE_URL", "LONGLINE_DEBUG"]


def test_false_means_false(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGLINE_DEBUG", "False")

    assert read_environment().debug is False


def test_a_list_has_commas_between_its_parts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGLINE_ALLOWED_HOSTS", "one.example, two.example,")

    assert read_environment().allowed_hosts == ["one.example", "two.example"]


def test_the_home_starts_at_the_project_wherever_one_works(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(project / "deep" / "down")
    monkeypatch.setenv("LONGLINE_HOME", "data")

    assert read_environment().home == project / "data"


def test_the_file_of_proxies_is_found_from_the_project_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "deep").mkdir()
    monkeypatch.chdir(project / "deep")
    monkeypatch.setenv("LONGLINE_PROXIES", "proxies.txt")

    proxies = read_environment().proxies

    assert proxies is not None
    assert proxies.get_secret_value() == str(project / "proxies.txt")


def test_the_home_may_be_anywhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGLINE_HOME", "/srv/longline")
    assert read_environment().home == Path("/srv/longline")

    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("LONGLINE_HOME", "~/longline")
    assert read_environment().home == Path("/home/somebody/longline")


def test_the_file_is_read_and_the_environment_wins(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".env").write_text("AWS_REGION=from-file\nAWS_ENDPOINT_URL=http://from-file\nOTHER=ignored\n")
    monkeypatch.setenv("AWS_REGION", "from-environment")

    environment = read_environment()

    assert environment.aws_region == "from-environment"
    assert environment.aws_endpoint_url == "http://from-file"


def test_secrets_are_not_in_the_repr(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hunter2@host/name")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@host")
    monkeypatch.setenv("LONGLINE_SECRET_KEY", "hunter2")
    monkeypatch.setenv("LONGLINE_PROXIES", "http://somebody:hunter2@host:8080")
    monkeypatch.setenv("ZYTE_SMARTPROXY_APIKEY", "hunter2")

    environment = read_environment()

    assert "hunter2" not in f"{environment} {environment!r} {environment.model_dump()} {environment.model_dump_json()}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:hunter2@host:5432/name", "postgresql://me:***@host:5432/name"),
        ("redis://:hunter2@host:6379/0", "redis://:***@host:6379/0"),
        ("redis://host:6379/0", "redis://host:6379/0"),
        ("postgresql://me@host/name", "postgresql://me@host/name"),
        ("unix:///run/valkey.sock?db=1", "unix:///run/valkey.sock?db=1"),
        (
            "postgresql://me@/name?host=/run&password=hunter2&port=1",
            "postgresql://me@/name?host=/run&password=***&port=1",
        ),
        ("host=db user=me password=hunter2 port=1", "host=db user=me password=*** port=1"),
        ("host=db PASSWORD = 'hunter2 with a blank'", "host=db PASSWORD = ***"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


@given(st.text(min_size=1).map(lambda text: f"<{text}>"))
def test_no_password_is_shown_however_badly_it_is_escaped(password: str) -> None:
    assert password not in without_password(f"postgresql://me:{password}@host/name")


def test_no_other_module_reads_the_environment() -> None:
    touching = {str(path.relative_to(ROOT)) for path in modules() if touches_the_environment(path)}

    assert touching - {"schemas/environment.py"} == MAY_TOUCH_THE_ENVIRONMENT.keys()


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py") if (ROOT / package).is_dir() else [ROOT / package]


def touches_the_environment(path: Path) -> bool:
    """Whether a module names ``os.environ`` or ``os.getenv`` in any of the ways to do so."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    nodes = list(ast.walk(ast.parse(path.read_text())))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    imports = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return bool(names & (attributes | imports))


@pytest.mark.parametrize("contact", ["https://acme.example/bot?who=us", "crawl@acme.example"])
def test_a_contact_is_a_url_or_an_address(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    monkeypatch.setenv("LONGLINE_CONTACT", contact)

    assert read_environment().contact == contact


@pytest.mark.parametrize(
    "contact", ["call us", "ftp://acme.example", "https://acme.example/(bot)", "a@b@c", "https://"]
)
def test_another_contact_is_refused(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    monkeypatch.setenv("LONGLINE_CONTACT", contact)

    with pytest.raises(BadEnvironmentError, match="LONGLINE_CONTACT must be a URL such as "):
        read_environment()
