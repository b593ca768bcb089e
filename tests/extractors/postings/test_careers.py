"""Which links lead to postings, in any of many languages."""

from __future__ import annotations

import pytest

from extractors.postings.careers import CAREERS, NONE, POSTING, is_careers, says, says_careers, worth

HOST = "https://acme.example"


@pytest.mark.parametrize(
    "path",
    [
        "/careers",
        "/en/about/work-with-us/",
        "/unternehmen/karriere.html",
        "/stellenangebote/koch-17",
        "/offres-d-emploi",
        "/nous-rejoindre",
        "/trabaja-con-nosotros",
        "/lavora-con-noi",
        "/werken-bij",
        "/ledige-stillinger",
        "/avoimet-ty%C3%B6paikat",
        "/kari%C3%A9ra",
        "/oferty-pracy/",
        "/%E6%8E%A1%E7%94%A8%E6%83%85%E5%A0%B1/",
        "/%D0%B2%D0%B0%D0%BA%D0%B0%D0%BD%D1%81%D0%B8%D0%B8",
        "/i%C5%9F-ilanlar%C4%B1",
    ],
)
def test_a_path_says_careers_in_many_languages(path: str) -> None:
    assert is_careers(HOST + path)


@pytest.mark.parametrize(
    "path", ["/", "/about", "/library/asyncio-task.html", "/news/2026/03", "/steve-jobless", "/x" * 900]
)
def test_other_paths_do_not(path: str) -> None:
    assert not is_careers(HOST + path)


def test_a_host_may_say_it() -> None:
    assert is_careers("https://www.jobs.acme.example/")
    assert is_careers("https://karriere.acme.example/x")
    assert not is_careers("https://www.acme.example/x")


@pytest.mark.parametrize(
    "text", ["Open positions", "Work with us", "Offene Stellen", "We\u2019re hiring", "加入我们", "채용"]
)
def test_the_words_of_a_link_say_it(text: str) -> None:
    assert says_careers(text)


def test_links_that_say_careers_come_before_others_and_pages_like_postings_before_these() -> None:
    yields = {"acme.example/x/*": (4, 3), "acme.example/y/*": (9, 1), "acme.example/z/*": (1, 1)}

    assert worth(f"{HOST}/about", {}) == NONE
    assert worth(f"{HOST}/about", {}, "Join us") == CAREERS
    assert worth(f"{HOST}/jobs/baker", yields) == CAREERS
    assert worth(f"{HOST}/x/baker-of-bread", yields) == POSTING
    assert worth(f"{HOST}/y/news", yields) == NONE
    assert worth(f"{HOST}/z/once", yields) == NONE


@pytest.mark.parametrize(
    "text", ["Next", "\u203a", "Nächste Seite", "Page suivante", "次へ", "Загрузить", "Показать ещё", "Load more"]
)
def test_words_that_lead_on_are_known(text: str) -> None:
    assert says("next", text) == (text != "Загрузить")
