"""One job in several places, in real tables."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from extractors.postings.same import Advert, contradictory
from pipelines import group_batch
from pipelines.groups import Grouped, group_job, group_stored, listed, split, undo
from schemas.job import Job
from tests.support.adverts import TEXT, Add, advertising, one
from tests.support.tables import Rows, add_job

OTHER_TEXT = " ".join(f"You will sell {number} cakes to tourists after lunch" for number in range(40))
BONN = {"city": "Bonn", "country": "DE"}
KIEL = {"city": "Kiel", "country": "DE"}


@pytest.fixture
def add(rows: Rows, job: Job) -> Add:
    """Puts a baker's posting on a site of its own, but for what is said otherwise."""
    return advertising(rows, job)


def change(rows: Rows, posting: int, **values: str | None) -> None:
    for name, value in values.items():
        query = f"UPDATE posting SET {name} = %s, content_sha256 = sha256(content_sha256) WHERE id = %s"
        rows.execute(query.encode(), [value, posting])


def groups(rows: Rows, *, requisitions: bool = False) -> list[list[int]]:
    query = """
        SELECT array_agg(posting_id ORDER BY posting_id) AS members FROM posting_group_member
        WHERE split_at IS NULL AND (rule = 'requisition') = %s GROUP BY group_id HAVING count(*) > 1
    """
    return sorted(row["members"] for row in rows.execute(query.encode(), [requisitions]))


def rules(rows: Rows) -> dict[int, tuple[str, float]]:
    found = rows.execute("SELECT posting_id, rule, score FROM posting_group_member").fetchall()
    return {row["posting_id"]: (row["rule"], row["score"]) for row in found}


def test_a_copy_on_another_site_is_grouped_by_its_text(rows: Rows, job: Job, add: Add) -> None:
    here, there = (
        add(locations=[BONN]),
        add(title="BAKER (m/w/d)", company="Bread", description_text=" ".join(TEXT.split()[:60])),
    )
    for other in ({"title": "Cook"}, {"company": "Cake"}, {"company": None}, {"description_text": OTHER_TEXT}):
        add(**other)

    assert group_job(rows, job.id) == Grouped(6, 2)
    assert groups(rows) == [[here, there]]
    assert rules(rows) == {here: ("text", 1.0), there: ("text", 1.0)}
    assert one(rows, "SELECT count(*) FROM posting")["count"] == 6


def test_other_places_and_other_numbers_are_other_jobs(rows: Rows, job: Job, add: Add) -> None:
    bonn, also_bonn = add(locations=[BONN], requisition_id="R1"), add(locations=[BONN | {"region": "NRW"}, KIEL])
    add(locations=[BONN], requisition_id="R2", description_text=OTHER_TEXT)
    add(locations=[KIEL], requisition_id="R3", description_text=OTHER_TEXT)
    group_job(rows, job.id)

    assert groups(rows) == [[bonn, also_bonn]]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_fits_two_jobs_is_put_to_neither_in_whatever_order_they_come(
    rows: Rows, job: Job, add: Add, order: tuple[int, ...]
) -> None:
    places = [[BONN], [KIEL], []]
    for number in order:
        add(locations=places[number])
        group_job(rows, job.id)

    assert groups(rows) == []


def test_the_link_to_apply_makes_it_certain(rows: Rows, job: Job, add: Add) -> None:
    target = add(url="https://bread.example/jobs/7?b=2&a=1", locations=[BONN], requisition_id="R1")
    link = "https://bread.example/jobs/7?a=1&utm_source=board&b=2"
    board = add(apply_url=link, title="Bäcker", company=None, description_text=None, requisition_id="17")
    group_job(rows, job.id)
    late = add(apply_url=link, description_text="Apply!", locations=[KIEL])
    group_job(rows, job.id)

    assert groups(rows) == [[target, board, late]]
    assert set(rules(rows).values()) == {("apply_link", 1.0)}


def test_the_page_may_be_crawled_after_the_board_that_leads_there(rows: Rows, job: Job, add: Add) -> None:
    board = add(apply_url="https://bread.example/jobs/7", description_text=None)
    group_job(rows, job.id)
    target = add(url="https://bread.example/jobs/7")
    group_job(rows, job.id)

    assert groups(rows) == [[board, target]]


@pytest.mark.parametrize(
    "others",
    [
        [{"tenant": "board.example", "apply_url": "https://bread.example/jobs", "title": "Cook"}],
        [{"url": "https://bread.example/jobs", "title": "Cook"}],
    ],
    ids=["of several jobs", "with several jobs"],
)
def test_a_link_to_a_page_for_all_applicants_tells_nothing(rows: Rows, job: Job, add: Add, others: Any) -> None:
    add(url="https://bread.example/jobs", title="Any job", description_text=OTHER_TEXT)
    add(tenant="board.example", apply_url="https://bread.example/jobs")
    for other in others:
        add(**other)
    group_job(rows, job.id)

    assert groups(rows) == []


def test_one_number_groups_what_is_not_one_job(rows: Rows, job: Job, add: Add) -> None:
    bonn, kiel = (add(locations=[place], requisition_id="R-17") for place in (BONN, KIEL))
    add(requisition_id="R-18", locations=[KIEL])
    group_job(rows, job.id)

    assert groups(rows) == []
    assert groups(rows, requisitions=True) == [[bonn, kiel]]
    change(rows, kiel, requisition_id="R-19")
    group_job(rows, job.id)
    assert groups(rows, requisitions=True) == []


def test_only_what_has_changed_is_compared_again(rows: Rows, job: Job, add: Add) -> None:
    first, second = add(), add()
    other = add_job(rows, "other.example")
    elsewhere = add(of=other)

    assert group_job(rows, job.id) == Grouped(2, 2)
    assert group_job(rows, job.id) == Grouped(0, 0)
    assert group_job(rows, other.id) == Grouped(1, 1)
    assert groups(rows) == [[first, second, elsewhere]]
    assert group_stored(rows) == Grouped(0, 0)


def test_a_job_that_becomes_another_leaves_its_group(rows: Rows, job: Job, add: Add) -> None:
    first, second, third = add(), add(), add()
    group_job(rows, job.id)
    change(rows, third, description_text=OTHER_TEXT)

    assert group_job(rows, job.id) == Grouped(1, 1)
    assert groups(rows) == [[first, second]]
    change(rows, second, title="Cook")
    group_job(rows, job.id)
    assert groups(rows) == []
    assert one(rows, "SELECT count(*) FROM posting_group")["count"] == 0


def test_two_groups_become_one_when_a_link_joins_them(rows: Rows, job: Job, add: Add) -> None:
    first, second = add(), add(url="https://bread.example/1")
    third, fourth = (add(description_text=OTHER_TEXT, title="Pâtissier") for _ in range(2))
    group_job(rows, job.id)
    change(rows, third, apply_url="https://bread.example/1")
    group_job(rows, job.id)

    assert groups(rows) == [[first, second, third, fourth]]


def test_a_split_is_remembered_whatever_changes(rows: Rows, job: Job, add: Add) -> None:
    first, second = add(), add()
    group_job(rows, job.id)

    assert [row["posting_id"] for row in split(rows, [second])] == [second]
    assert split(rows, [second]) == []
    third = add()
    for posting, text in (
        (second, TEXT + " x"),
        (first, OTHER_TEXT),
        (first, TEXT),
        (third, OTHER_TEXT),
        (third, TEXT),
    ):
        change(rows, posting, description_text=text)
        group_job(rows, job.id)
        assert not [group for group in groups(rows) if {first, second} <= set(group)]


def test_a_split_of_what_a_link_made_certain_is_remembered_too(rows: Rows, job: Job, add: Add) -> None:
    target = add(url="https://bread.example/jobs/7")
    board = add(apply_url="https://bread.example/jobs/7")
    group_job(rows, job.id)
    split(rows, [board])
    change(rows, board, description_text=OTHER_TEXT)
    change(rows, target, description_text=TEXT + " more")
    group_job(rows, job.id)

    assert groups(rows) == []


def test_who_comes_later_is_with_one_of_them_at_most(rows: Rows, job: Job, add: Add) -> None:
    first, second = add(), add()
    group_job(rows, job.id)
    split(rows, [second])
    add()
    group_job(rows, job.id)

    assert groups(rows) == []
    undo(rows, [second])
    assert groups(rows) == [[first, second]]


def test_a_split_is_undone(rows: Rows, job: Job, add: Add) -> None:
    members = [add(), add(), add()]
    group_job(rows, job.id)
    before = rules(rows)
    split(rows, members[:2])
    assert groups(rows) == []

    assert {row["posting_id"] for row in undo(rows, members)} == set(members[:2])
    assert groups(rows) == [members]
    assert rules(rows) == before
    change(rows, members[0], description_text=TEXT + " more")
    group_job(rows, job.id)
    assert groups(rows) == [members]


def test_thousands_with_one_name_are_not_each_compared_with_all(
    rows: Rows, job: Job, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add()
    compared = []

    def counted(one: Advert, other: Advert) -> bool:
        compared.append((one.id, other.id))
        return contradictory(one, other)

    monkeypatch.setattr(group_batch, "contradictory", counted)
    copy = """
        INSERT INTO posting (platform, tenant, source_id, page_id, url, title, company, description_text,
            content_sha256)
        SELECT 'web', 'many.example', %(of)s || n, page_id, 'https://many.example/' || %(of)s || n, title, company,
            description_text || ' in town ' || n, sha256(n::text::bytea)
        FROM posting, generate_series(1, 250) n WHERE id = %(first)s
    """
    numbers = []
    for of in ("a", "b", "c"):
        rows.execute(copy.encode(), {"of": of, "first": first})
        group_job(rows, job.id)
        numbers.append(len(compared))
        compared.clear()

    assert numbers[2] < 1.2 * numbers[1]
    assert [len(group) for group in groups(rows)] == [751]


def test_one_name_in_many_towns_is_compared_within_each(rows: Rows, job: Job, add: Add) -> None:
    towns = [{"city": f"Town {number}"} for number in range(120)]
    for town in towns * 2:
        add(locations=[town])
    group_job(rows, job.id)

    assert groups(rows) == [[number, number + 120] for number in range(1, 121)]


def test_what_is_listed_has_its_members(rows: Rows, job: Job, add: Add) -> None:
    first, second = add(), add()
    group_job(rows, job.id)
    split(rows, [second])
    (group,) = listed(rows)

    assert [(member["posting"], member["rule"], member["title"]) for member in group["members"]] == [
        (first, "text", "Baker"),
        (second, "text", "Baker"),
    ]
    assert [bool(member["split_at"]) for member in group["members"]] == [False, True]
    assert listed(rows, job.site_id) == [group]
    assert listed(rows, add_job(rows, "other.example").site_id) == []


def test_postings_that_are_taken_away_leave_nothing(rows: Rows, job: Job, add: Add) -> None:
    add()
    add()
    group_job(rows, job.id)
    rows.execute("DELETE FROM posting")

    for table in ("posting_sign", "posting_compared", "posting_group_member"):
        assert one(rows, f"SELECT count(*) FROM {table}")["count"] == 0
