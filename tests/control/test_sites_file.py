"""Sites as YAML: what is read, and how each mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from control.sites.sites_file import SitesFileError, read_sites, sites_text
from control.sites.slugs import is_slug
from schemas.site import SiteConfig


@pytest.fixture
def sites_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file ``sites.yaml`` of the working folder."""
    monkeypatch.chdir(tmp_path)
    return Path("sites.yaml")


def problems(*paths: Path) -> list[str]:
    with pytest.raises(SitesFileError) as refused:
        read_sites(paths)
    return str(refused.value).splitlines()


def test_a_mapping_of_slugs_is_read(sites_yaml: Path) -> None:
    sites_yaml.write_text("""
acme:
  url: https://acme.example/careers
  max_pages: 500
  extract: [page, text]
  expect: {postings: 10}
example.com:8080:
  url: http://example.com:8080
""")

    sites = read_sites([sites_yaml])

    assert list(sites) == ["acme", "example.com:8080"]
    assert sites["acme"].max_pages == 500
    assert sites["acme"].extract == ("page", "text")
    assert sites["acme"].expect.postings == 10


def test_every_problem_names_its_file_its_line_and_its_field(sites_yaml: Path) -> None:
    sites_yaml.write_text("""# line 1
acme:
  url: https://acme.example
  max_pages: 0
  extract:
    - page
    - pages
  expect:
    pages: -1
zeta:
  max_depth: deep
  dry_run: perhaps
""")

    assert problems(sites_yaml) == [
        "sites.yaml:4: acme.max_pages: must be greater than or equal to 1; it is 0",
        "sites.yaml:7: acme.extract.1: must be 'page', 'posting' or 'text'; it is 'pages'",
        "sites.yaml:9: acme.expect.pages: must be greater than or equal to 0; it is -1",
        "sites.yaml:10: zeta.url: must be given",
        "sites.yaml:11: zeta.max_depth: must be a valid integer, unable to parse string as an integer; it is 'deep'",
        "sites.yaml:12: zeta.dry_run: must be a valid boolean, unable to interpret input; it is 'perhaps'",
    ]


def test_an_unknown_field_is_told_with_those_there_are(sites_yaml: Path) -> None:
    sites_yaml.write_text("acme:\n  url: https://acme.example\n  colour: red\n")

    (problem,) = problems(sites_yaml)

    assert problem.startswith("sites.yaml:3: acme.colour: is not a field of a site (url, max_pages, ")


def test_a_merged_mapping_gives_its_fields_and_the_lines_of_its_mistakes(sites_yaml: Path) -> None:
    sites_yaml.write_text("""
acme: &usual
  url: https://acme.example
  delay: 2
beta:
  <<: *usual
  url: https://beta.example
gamma:
  <<: *usual
  delay: -1
""")

    assert problems(sites_yaml) == [
        "sites.yaml:10: gamma.delay: must be greater than or equal to 0; it is -1",
    ]
    sites_yaml.write_text(sites_yaml.read_text().replace("-1", "3"))
    assert [config.delay for config in read_sites([sites_yaml]).values()] == [2, 2, 3]


def test_a_key_given_twice_is_told_wherever_it_is(sites_yaml: Path) -> None:
    sites_yaml.write_text("""acme:
  url: https://acme.example
  url: https://acme.example/careers
beta:
  url: https://beta.example
  expect:
    pages: 1
    pages: 2
acme:
  url: https://acme.example
""")

    assert problems(sites_yaml) == [
        "sites.yaml:9: acme: is given twice, first in line 1",
        "sites.yaml:3: url: is given twice, first in line 2",
        "sites.yaml:8: pages: is given twice, first in line 7",
    ]


def test_a_site_in_two_files_is_told(sites_yaml: Path) -> None:
    sites_yaml.write_text("acme: {url: https://acme.example}\n")
    other = Path("other.yaml")
    other.write_text("\nacme: {url: https://acme.example}\n")

    assert problems(sites_yaml, other) == ["other.yaml:2: acme: is also in sites.yaml:1"]


def test_all_files_are_told_at_once(sites_yaml: Path) -> None:
    sites_yaml.write_text("acme: {}\n")

    assert problems(sites_yaml, Path("missing.yaml")) == [
        "sites.yaml:1: acme.url: must be given",
        "missing.yaml: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("acme: {url: https://acme.example\nbeta: 1", "sites.yaml:2: is not YAML: expected ',' or '}', but got ':'"),
        ("acme:\n\turl: x", "sites.yaml:2: is not YAML: found character '\\t' that cannot start any token"),
        ("- acme", "sites.yaml:1: must be a mapping of slugs to the fields of a site"),
        ("acme", "sites.yaml:1: must be a mapping of slugs to the fields of a site"),
        ("a: 1\n---\nb: 2", "sites.yaml:2: is not YAML: but found another document"),
        ("acme: [1]", "sites.yaml:1: acme: must be a mapping of fields to values"),
        ("acme:", "sites.yaml:1: acme: must be a mapping of fields to values"),
        ("acme: &a {url: *a}", "sites.yaml:1: is not YAML: found unconstructable recursive node"),
        ("acme: *nobody", "sites.yaml:1: is not YAML: found undefined alias 'nobody'"),
        ("? [a]\n: {}", "sites.yaml:1: a key must be a word"),
        ("acme: {user_agent: !!binary aGVsbG8=}", "sites.yaml:1: the tag !!binary cannot be used here"),
        (
            "acme: {url: !!python/name:os.system ''}",
            "sites.yaml:1: the tag !!python/name:os.system cannot be used here",
        ),
        ("acme: {max_pages: !!int many}", "sites.yaml:1: 'many' is not of the type !!int"),
        ('acme: {url: "https://acme.example/\\0"}', "sites.yaml:1: the character NUL cannot be stored"),
        ("acme:\n  url: \x01", "sites.yaml:2: a character that YAML does not allow"),
        ("acme: " + "[" * 5000, "sites.yaml: is nested too deeply"),
        ("acme: {3: 4, url: https://acme.example}", "sites.yaml:1: acme.3: is not a field: a field is a word"),
    ],
)
def test_what_is_no_sites_file_is_told(sites_yaml: Path, text: str, problem: str) -> None:
    sites_yaml.write_text(text)

    assert problems(sites_yaml) == [problem]


def test_what_is_no_text_is_told(sites_yaml: Path) -> None:
    sites_yaml.write_bytes(b"\xff\xfe\x00a")

    assert problems(sites_yaml) == ["sites.yaml: is not UTF-8 text"]


@pytest.mark.parametrize("slug", ["Acme", "a b", "-acme", "a/b", "a" * 256, "é"])
def test_what_cannot_name_a_site_is_told(sites_yaml: Path, slug: str) -> None:
    sites_yaml.write_text(f"'{slug}': {{url: https://acme.example}}", encoding="utf-8")

    (problem,) = problems(sites_yaml)

    assert problem.startswith(f"sites.yaml:1: {slug}: the name of a site must be ")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_a_file_may_hold_no_site(sites_yaml: Path, text: str) -> None:
    sites_yaml.write_text(text)

    assert read_sites([sites_yaml]) == {}


def test_numbers_and_dates_may_be_names_and_texts(sites_yaml: Path) -> None:
    sites_yaml.write_text("007: {url: https://acme.example, user_agent: 2026-01-31}")

    assert read_sites([sites_yaml])["007"].user_agent == "2026-01-31"


def made_of(fields: dict[str, object]) -> SiteConfig:
    return SiteConfig.model_validate(fields)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
slugs = st.from_regex(r"[a-z0-9\[][a-z0-9._:\[\]-]{0,20}", fullmatch=True)
configs: st.SearchStrategy[SiteConfig] = st.fixed_dictionaries(
    {"url": st.sampled_from(["https://acme.example/", "http://[::1]:8080/a?b=%23"])},
    optional={
        "max_pages": st.integers(1, 10**12),
        "max_depth": st.integers(0, 100),
        "extract": st.lists(st.sampled_from(["page", "posting", "text"]), unique=True),
        "output": texts,
        "dry_run": st.booleans(),
        "allowed_hosts": st.lists(st.sampled_from(["acme.example", "127.0.0.1:80", "[::1]", "1e3"]), max_size=3),
        "sitemaps": st.booleans(),
        "obey_robots": st.booleans(),
        "delay": st.floats(0, 3600),
        "concurrency": st.integers(1, 256),
        "polite_to": st.sampled_from(["host", "address"]),
        "user_agent": st.from_regex(r"[!-~]([ -~]{0,30}[!-~])?", fullmatch=True),
        "expect": st.fixed_dictionaries({}, optional={"pages": st.integers(0, 99), "postings": st.integers(0, 99)}),
    },
).map(made_of)


@given(sites=st.dictionaries(slugs, configs, max_size=4))
@example(sites={"null": SiteConfig(url="https://acme.example/", user_agent="null")})
@example(sites={"1e3": SiteConfig(url="https://acme.example/", output="\u0085\ufeff\u2028 \t")})
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, sites: dict[str, SiteConfig]) -> None:
    file = tmp_path_factory.getbasetemp() / "again.yaml"
    file.write_text(sites_text(sites), encoding="utf-8")

    assert read_sites([file]) == sites


@given(text=st.text() | st.text("a:{}[]&*!<>-?|'\"\\#,% \n\t0").map(lambda text: f"a: {text}"))
def test_no_text_at_all_is_more_than_a_mistake(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(text, encoding="utf-8", errors="replace", newline="")

    try:
        slugs_read = list(read_sites([file]))
    except SitesFileError:
        slugs_read = []
    assert all(map(is_slug, slugs_read))
