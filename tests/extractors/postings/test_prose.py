"""What a description adds to the fields of a posting."""

from __future__ import annotations

from typing import Any

from extractors.postings.prose import with_prose

SEAT = {"raw": "Austin, TX", "city": "Austin", "region": "TX", "country": "US", "role": "seat"}


def filled(text: str, page_language: str | None = None, **fields: Any) -> dict[str, Any]:
    """A posting with that description, once it was read."""
    provenance = dict.fromkeys(fields, "jsonld")
    return with_prose({**fields, "description_text": text, "provenance": provenance}, page_language)


def test_what_the_data_leaves_open_is_read_from_the_description() -> None:
    posting = filled(
        "This is a fully remote position.\nJob type: Full-time\nSalary: $90k - $110k\nStack: Go, Rust, AWS"
    )
    assert posting["workplace_type"] == "remote"
    assert posting["employment_types"] == ["FULL_TIME"]
    assert (posting["salary"]["min"], posting["salary"]["max"]) == (90000, 110000)
    assert [skill["name"] for skill in posting["skills"]] == ["Go", "Rust", "AWS"]
    assert set(posting["provenance"].values()) == {"description"}


def test_what_the_data_says_stays() -> None:
    salary = {"min": 1, "max": 2, "currency": "EUR", "period": "hour", "raw": [], "ranges": []}
    posting = filled(
        "On-site position. Salary: $90k - $110k\nFull-time",
        salary=salary,
        workplace_type="remote",
        employment_types=["INTERN"],
    )
    assert posting["salary"] == salary
    assert posting["workplace_type"] == "remote"
    assert posting["employment_types"] == ["INTERN"]


def test_words_without_an_amount_give_way_to_an_amount() -> None:
    empty = {"min": None, "max": None, "currency": None, "period": None, "raw": ["Competitive"], "ranges": []}
    assert filled("Salary: $90k - $110k", salary=empty)["salary"]["min"] == 90000
    assert filled("Great pay", salary=empty)["salary"] == empty


def test_hybrid_in_the_description_wins_over_remote_and_the_two_are_kept() -> None:
    posting = filled("This role is hybrid, 3 days in the office.", workplace_type="remote", locations=[SEAT])
    assert posting["workplace_type"] == "hybrid"
    assert posting["locations"][0]["role"] == "office"
    assert posting["conflicts"] == [
        {"field": "workplace_type", "values": {"jsonld": "remote", "description": "hybrid"}, "taken": "description"}
    ]


def test_dollars_are_those_of_the_place_of_work() -> None:
    sydney = [{"raw": None, "city": "Sydney", "region": None, "country": "AU", "role": "office"}]
    assert filled("Salary: $90k - $110k", locations=sydney)["salary"]["currency"] == "AUD"


def test_skills_of_the_list_and_of_the_text_stay_apart() -> None:
    listed = [{"name": "python", "raw": "python", "source": "explicit"}]
    posting = filled("Python and Django", skills=listed)
    assert [(skill["name"], skill["source"]) for skill in posting["skills"]] == [
        ("python", "explicit"),
        ("Django", "text"),
    ]


def test_the_description_has_its_own_language() -> None:
    english = "We are looking for an engineer who will join our team and work with you on the future of the web."
    assert filled(english, "ru")["language"] == "en"
    assert filled(english, "en-GB")["language"] == "en-GB"
    assert filled(english, "ru", language="de")["language"] == "de"
    assert filled("Hi", "ru")["language"] == "ru"


def test_nothing_is_added_to_nothing() -> None:
    assert with_prose({}) == {"provenance": {}}


def test_who_has_a_word_for_hybrid_and_says_remote_means_it() -> None:
    posting = with_prose(
        {
            "workplace_type": "remote",
            "description_text": "This is a hybrid position: three days a week in the office.",
            "provenance": {"workplace_type": "feed"},
        }
    )

    assert (posting["workplace_type"], posting.get("conflicts")) == ("remote", None)
