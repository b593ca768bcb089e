"""``import_sites`` and ``export_sites``, as commands on a real database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import rows
from tests.control.conftest import Database, Ended

Manage = Callable[..., Ended]
TWO_SITES = """\
acme:
  url: https://acme.example/careers
  max_pages: 500
beta:
  url: https://beta.example/
  output: Käfer
"""


def stored(database: Database) -> dict[str, object]:
    return {row["slug"]: row["config"] for row in database.execute("SELECT slug, config FROM site ORDER BY slug")}


@pytest.fixture
def run(manage: Manage, tables_url: str) -> Manage:
    """A command of ``manage.py`` on ``database``."""
    return lambda *words: manage(*words, DATABASE_URL=tables_url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two sites in YAML."""
    path = tmp_path / "sites.yaml"
    path.write_text(TWO_SITES, encoding="utf-8")
    return path


def test_an_import_makes_the_sites_and_counts_them(run: Manage, file: Path, database: Database) -> None:
    assert run("import_sites", str(file)) == Ended(0, "2 created, 0 updated, 0 unchanged.\n", "")
    assert stored(database) == {
        "acme": {"url": "https://acme.example/careers", "max_pages": 500},
        "beta": {"url": "https://beta.example/", "output": "Käfer"},
    }


def test_a_second_import_changes_what_has_changed(run: Manage, file: Path, database: Database) -> None:
    run("import_sites", str(file))
    before = database.execute("SELECT slug, id, created_at, updated_at FROM site ORDER BY slug").fetchall()
    file.write_text(TWO_SITES.replace("500", "600") + "gamma: {url: https://gamma.example}\n", encoding="utf-8")

    assert run("import_sites", str(file)).stdout == "1 created, 1 updated, 1 unchanged.\n"
    after = database.execute("SELECT slug, id, created_at, updated_at FROM site ORDER BY slug").fetchall()
    assert after[1] == before[1]
    assert (after[0]["id"], after[0]["created_at"]) == (before[0]["id"], before[0]["created_at"])
    assert after[0]["updated_at"] > before[0]["updated_at"]


def test_one_bad_site_keeps_all_of_them_out(run: Manage, file: Path, tmp_path: Path, database: Database) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("gamma:\n  url: https://gamma.example\n  max_pages: ten\n")

    done = run("import_sites", str(file), str(bad))

    assert done.status == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"{bad}:3: gamma.max_pages: must be a valid integer, unable to parse string as an integer; it is 'ten'\n"
    )
    assert stored(database) == {}


def test_what_is_exported_and_imported_again_changes_nothing(run: Manage, file: Path, database: Database) -> None:
    run("import_sites", str(file))
    before = database.execute("SELECT * FROM site ORDER BY id").fetchall()

    assert run("export_sites", "--to", str(file)) == Ended(0, "", "")
    assert file.read_text(encoding="utf-8") == TWO_SITES
    assert run("import_sites", str(file)).stdout == "0 created, 0 updated, 2 unchanged.\n"
    assert database.execute("SELECT * FROM site ORDER BY id").fetchall() == before


def test_an_export_goes_to_standard_output(run: Manage, file: Path) -> None:
    run("import_sites", str(file))

    assert run("export_sites") == Ended(0, TWO_SITES, "")
    assert run("export_sites", "beta").stdout == TWO_SITES[TWO_SITES.index("beta") :]


def test_an_unknown_slug_is_told(run: Manage, file: Path) -> None:
    run("import_sites", str(file))

    assert run("export_sites", "zeta", "acme", "eta") == Ended(2, "", "No site has the slug eta, zeta.\n")


def test_a_file_that_cannot_be_written_is_told(run: Manage, tmp_path: Path) -> None:
    done = run("export_sites", "--to", str(tmp_path))

    assert done == Ended(2, "", f"{tmp_path} cannot be written: Is a directory.\n")


def test_a_site_that_a_bare_url_made_is_exported_by_name_and_kept_by_an_import(
    run: Manage, file: Path, database: Database
) -> None:
    values = {"config": rows.json({"url": "https://acme.example/"})}
    database.execute("INSERT INTO site (slug, config, ad_hoc) VALUES ('acme.example', %(config)s, true)", values)

    assert run("export_sites").stdout == "{}\n"
    assert run("export_sites", "acme.example", "--to", str(file)).status == 0
    assert run("import_sites", str(file)).stdout == "0 created, 1 updated, 0 unchanged.\n"
    assert database.execute("SELECT ad_hoc FROM site").fetchall() == [{"ad_hoc": False}]
    assert run("import_sites", str(file)).stdout == "0 created, 0 updated, 1 unchanged.\n"


def test_defaults_that_were_written_out_are_no_change(run: Manage, file: Path, database: Database) -> None:
    values = {"config": rows.json({"url": "https://acme.example/careers", "max_pages": 500, "sitemaps": True})}
    database.execute("INSERT INTO site (slug, config) VALUES ('acme', %(config)s)", values)

    assert run("import_sites", str(file)).stdout == "1 created, 0 updated, 1 unchanged.\n"


def test_a_stored_config_that_no_longer_passes_is_told_and_can_be_replaced(
    run: Manage, file: Path, database: Database
) -> None:
    values = {"config": rows.json({"url": "https://acme.example/", "pages": 3})}
    database.execute("INSERT INTO site (slug, config) VALUES ('acme', %(config)s)", values)

    done = run("export_sites")

    assert done.status == 2
    assert done.stderr.startswith("The stored configuration of acme is not valid: pages: is not a field")
    assert run("import_sites", str(file)).stdout == "1 created, 1 updated, 0 unchanged.\n"
    assert run("export_sites").stdout == TWO_SITES


def test_the_help_explains_the_format(run: Manage) -> None:
    done = run("import_sites", "--help")

    assert done.status == 0
    assert "  acme:\n    url: https://acme.example/careers\n" in done.stdout
    assert "  max_pages: The most pages that a job fetches." in done.stdout
