"""What the head of a page says of its posting, in many languages, and what says nothing of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.html import parse
from extractors.postings.closed import closed_marker


def marker(html: str) -> str | None:
    return closed_marker(parse(html.encode(), "text/html; charset=utf-8"))


SAID = (
    "This position has been filled",
    "Sorry, the job you are looking for is no longer available.",
    "This job is now closed",
    "This role is no longer accepting applications",
    "No longer accepting applications",
    "Job not found",
    "Applications for this role are now closed.",
    "Diese Stelle ist leider nicht mehr verfügbar.",
    "Die Stelle wurde bereits besetzt",
    "Cette offre d'emploi n'est plus disponible",
    "L’offre a été pourvue",  # noqa: RUF001 - as pages write it
    "Esta oferta ya no está disponible",
    "Esta vaga foi encerrada",
    "L'annuncio è scaduto",
    "Deze vacature is niet meer beschikbaar",
    "Stillingen er besat",
    "Tjänsten är tillsatt",
    "Annonsen er utløpt",
    "Hakuaika on päättynyt",
    "Oferta pracy jest nieaktualna",
    "Pozice již není aktuální",
    "Вакансия в архиве",
    "Bu ilan yayından kaldırıldı",  # noqa: RUF001 - Turkish
    "この求人は募集を終了しました",
    "该职位已关闭",
    "채용이 마감되었습니다",
)


@pytest.mark.parametrize("words", SAID)
@pytest.mark.parametrize("place", ["<title>{}</title>", "<h1>{}</h1>", "<div class='alert-box'><p>{}</p></div>"])
def test_its_head_says_that_it_is_closed(words: str, place: str) -> None:
    assert marker(f"<html><body>{place.format(words)}<p>We are a bank.</p>")


def test_the_place_where_one_would_apply_says_so() -> None:
    html = "<h1>Nurse</h1><div id=apply-now><span>No longer accepting</span> <b>applications</b></div>"

    assert marker(html) == "No longer accepting applications"


@pytest.mark.parametrize(
    "html",
    [
        "<h1>Nurse</h1><p>This position is closed to applicants without a degree.</p>",
        "<h1>Nurse</h1><main><div>Until this job has been filled, apply.</div></main>",
        "<h1>Nurse</h1><aside><h2>This job is closed</h2></aside>",
        "<h1>Nurse</h1><ul><li><h2>Cook</h2><div class=notice>This job is closed</div></li></ul>",
        "<h1>Jobs</h1><article><h2>This position has been filled</h2></article><article><h2>Cook</h2></article>",
        "<footer><h2>This job has expired</h2></footer>",
        "<h1>Closed loop control engineer</h1>",
        "<h1>Engineer, positions and filled orders</h1>",
        "<h1>Open until filled</h1>",
        "<title>Vacancies</title>",
        "<h1>Stellenbesetzung im Referat</h1>",
        "<div class=job-alert><p>Create an alert for jobs like this</p></div>",
        f"<div class=notice>This job is closed. {'It was a good one. ' * 40}</div>",
        "",
    ],
)
def test_what_says_nothing_of_it(html: str) -> None:
    assert marker(html) is None


@pytest.mark.parametrize("text", [" " * 1_000_000, "this job " * 100_000, "1" * 1_000_000, "offre d'emploi " * 70_000])
def test_its_time_is_bounded(text: str) -> None:
    tree = parse(f"<title>{text}</title><h1>{text}</h1><div class=notice>{text}</div>".encode())
    began = time.process_time()

    assert closed_marker(tree) is None
    assert time.process_time() - began < 20


@given(st.binary(max_size=2000))
def test_any_bytes_have_a_marker_or_none(data: bytes) -> None:
    closed_marker(parse(data))
