"""A posting is read whichever way a page carries its data to its own scripts."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings import postings
from extractors.postings.document import Document
from extractors.postings.embedded import embedded_values
from extractors.postings.js_values import called, literal
from extractors.postings.packed import unpacked

TEXT = "<p>You bake bread & rolls in our oven, until noon, with three others.</p><ul><li>A steady hand</li></ul>"
JOB: dict[str, Any] = {
    "id": 17,
    "title": "Baker",
    "description": TEXT,
    "employmentType": "FULL_TIME",
    "company": {"id": 3, "name": "Oven Ltd"},
    "locations": [{"city": "Bonn", "country": "DE"}],
    "publishedAt": "2024-05-01T08:00:00Z",
}
DATA = {"offer": JOB}
CHANGED = {"offer": JOB | {"locations": ["$"]}}
FLAGS = {"a": None, "b": "FULL_TIME", "c": "DE"}


def script(text: str, attributes: str = "") -> str:
    return f"<script{attributes}>{text}</script>"


def data(value: object) -> str:
    return script(json.dumps(value), ' type="application/json"')


def pushed(*rows: str) -> str:
    return "".join(script(f"self.__next_f.push([1,{json.dumps(row)}])") for row in rows)


def in_places(value: Any, name: Any = str) -> list[Any]:
    """Each value once in a list, objects and lists with the places of theirs."""
    places: list[Any] = []

    def put(one: Any) -> int:
        place = len(places)
        places.append(one)
        if isinstance(one, dict):
            places[place] = {(f"_{put(key)}" if name is int else key): put(inner) for key, inner in one.items()}
        elif isinstance(one, list):
            places[place] = [put(inner) for inner in one]
        return place

    put(value)
    return places


def reactive(value: Any) -> list[Any]:
    """The same, held by what a framework watches, with a date of its own kind."""
    places = in_places(value)
    job = places[0]["offer"]
    places[places[job]["publishedAt"]] = ["Date", "2024-05-01T08:00:00.000Z"]
    places[0]["offer"] = len(places)
    return [*places, ["ShallowReactive", job]]


def code(value: Any, names: dict[str, Any]) -> str:
    """As a bundler writes it: without quotes around names, and with parameters for what comes often."""
    known = next((name for name, one in names.items() if one == value), None)
    if known:
        return known
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{code(one, names)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(code(one, names) for one in value) + "]"
    return json.dumps(value).replace("<", "\\u003C").replace("/", "\\u002F")


def pairs(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [1, [pairs(one) for one in value]]
    return [0, {name: pairs(one) for name, one in value.items()} if isinstance(value, dict) else value]


def attribute(name: str, value: str) -> str:
    return f'<div {name}="{html.escape(value)}"></div>'


PLAIN, STREAM = json.dumps(DATA), json.dumps(in_places({"loaderData": {"routes/$id": DATA}}, int))
AMPERSANDS = PLAIN.replace("&", "&a;").replace('"', "&q;").replace("<", "&l;").replace(">", "&g;")
STORE = {
    "Query": {'job({"id":17})': {"__ref": "Job:17"}},
    "Job:17": {
        "__typename": "Job",
        **{name: JOB[name] for name in ("id", "title", "employmentType", "publishedAt")},
        'description({"format":"HTML"})': TEXT,
        "company": {"__ref": "Company:3"},
        "locations": [{"type": "id", "generated": True, "id": "$Job:17.places.0", "typename": "Place"}],
    },
    "Company:3": {"__typename": "Company", "name": "Oven Ltd", "jobs": [{"__ref": "Job:17"}]},
    "$Job:17.places.0": {"__typename": "Place", "city": "Bonn", "country": "DE"},
}
ANSWER = {
    "data": {
        "id": "17",
        "type": "jobs",
        "attributes": {"title": "Baker", "body": TEXT, "employment-type": "FULL_TIME", "created-at": "2024-05-01"},
        "relationships": {
            "company": {"data": {"type": "companies", "id": "3"}},
            "locations": {"data": [{"type": "places", "id": "9"}]},
        },
    },
    "included": [
        {"id": "3", "type": "companies", "attributes": {"name": "Oven Ltd"}},
        {"id": "9", "type": "places", "attributes": {"city": "Bonn", "country": "DE"}},
    ],
}
LIVE = {"data": {"job": [JOB | {"locations": [[JOB["locations"], {"s": "arr"}]]}, {"s": "arr"}]}, "memo": {"id": "x"}}
CARRIERS = {
    "deep in lists": data([[1, [[{"a": [[DATA]]}]]]]),
    "an argument": script(f"start('x', {PLAIN})"),
    "a parsed string": script(f"state = JSON.parse({json.dumps(PLAIN)})"),
    "a parsed string in single quotes": script("state = JSON.parse('" + PLAIN.replace("\\", "\\\\") + "')"),
    "escapes of code": script("state = JSON.parse('" + PLAIN.replace("\\", "\\\\").replace('"', "\\x22") + "')"),
    "a template string": script("state = JSON.parse(`" + PLAIN.replace("\\", "\\\\") + "`)"),
    "an address's escapes": script(f'state = JSON.parse(decodeURIComponent("{quote(PLAIN)}"))'),
    "base 64": script(f"state = JSON.parse(atob('{base64.b64encode(PLAIN.encode()).decode()}'))"),
    "a text inside the data": data({"cache": PLAIN}),
    "a text alone": data(PLAIN),
    "marks for quotes": script(AMPERSANDS, ' id="app-state" type="application/json"'),
    "escaped data": script(html.escape(PLAIN), ' type="application/json"'),
    "rows": pushed('5:["$","$L1",null,' + PLAIN + "]\n"),
    "rows that refer to rows": pushed(
        "7:" + json.dumps(TEXT) + '\n5:["$","$L1",null,',
        json.dumps({"job": JOB | {"description": "$7", "company": "$8:3:of"}}),
        ']\n8:["$","p",null,{"of":{"name":"Oven Ltd"}}]\n',
    ),
    "rows of text": pushed(f"1a:T{len(TEXT.encode()):x},", f"{TEXT}5:[{json.dumps(JOB | {'description': '$1a'})}]\n"),
    "places": data(in_places(DATA)),
    "places of kinds": data(reactive(DATA)),
    "a stream": script(f"window.context.streamController.enqueue({json.dumps(STREAM)});"),
    "parts of a stream": script(f"x.enqueue({json.dumps(STREAM[:200])});")
    + script(f"x.enqueue({json.dumps(STREAM[200:])});"),
    "a function's parameters": script(
        f"window.state=(function(a,b,c){{return {{data:[{code(DATA, FLAGS)}],x:a}}}}(null,'FULL_TIME',\"DE\"));"
    ),
    "a function's changes": script(
        f"s=(function(a,b){{a.city='Bonn';a.country=b;return {code(CHANGED, {'[a]': ['$']})}}}({{}},\"DE\"));"
    ),
    "code": script(f"var job = {code(JOB, {})[:-1]}, // all of it\n later: undefined, at: new Date(17),}};"),
    "code in a call": script(f"kit.start(app, {{data:[null,{{type:'data',data:{code(DATA, {})}}}]}})"),
    "an attribute": attribute("data-props", PLAIN),
    "an attribute in single quotes": "<div data-page='" + html.escape(PLAIN, quote=False).replace("'", "&#39;") + "'>",
    "an attribute in numbers": '<div :job="' + html.escape(PLAIN).replace("&quot;", "&#34;") + '">',
    "a component's pairs": attribute("props", json.dumps({"offer": pairs(JOB)})),
    "a snapshot": attribute("wire:snapshot", json.dumps(LIVE)),
    "a template": f'<template id="state">{PLAIN}</template>',
    "a hidden field": f"<textarea hidden>{html.escape(PLAIN)}</textarea>",
    "a comment in code": f"<code hidden><!--{PLAIN}--></code>",
    "a store": script(f"window.store = {json.dumps(STORE)}"),
    "an answer with what it includes": data(ANSWER),
}


def read(markup: str, url: str = "https://www.oven.example/x/17") -> list[dict[str, Any]]:
    page = f'<html lang="en"><head><title>Oven</title></head><body>{markup}</body></html>'
    return postings(Document.read(url, page.encode(), "text/html; charset=utf-8"))


@pytest.mark.parametrize("how", CARRIERS)
def test_data_is_read_however_it_is_carried(how: str) -> None:
    (found,) = read(CARRIERS[how])

    assert (found["title"], found["company"], found["employment_types"]) == ("Baker", "Oven Ltd", ["FULL_TIME"])
    assert [(place["city"], place["country"]) for place in found["locations"]] == [("Bonn", "DE")]
    assert found["date_posted"][:10] == "2024-05-01"
    assert found["description_text"].splitlines()[-1] == "A steady hand"
    assert "bread & rolls" in found["description_text"]


def test_markup_that_a_script_makes_is_read_as_what_it_makes() -> None:
    node = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Baker", "description": TEXT * 2}
    ways = (
        pushed(f"2:T{len(json.dumps(node)):x},{json.dumps(node)}"),
        script(f"s.text = JSON.stringify({json.dumps(node)})"),
    )
    assert [[one["title"] for one in read(way)] for way in ways] == [["Baker"], ["Baker"]]


def test_of_texts_in_several_languages_the_page_s_own_is_taken() -> None:
    job = JOB | {
        "title": {"de": "Bäcker", "en": "Baker"},
        "description": {"de": TEXT.replace("bread", "Brot"), "en": TEXT},
        "locations": [{"city": {"de": "Köln", "en": "Cologne"}}],
    }
    (found,) = read(data({"job": job}))
    assert (found["title"], found["locations"][0]["city"]) == ("Baker", "Cologne")
    assert "Brot" not in found["description_text"]


def test_code_is_no_value() -> None:
    assert literal("{a: function () { return 1 }}") == (None, 0)
    assert literal("{a ? b : c}") == (None, 0)
    assert called("(function(a){fetch(a);return {b:a}}(1))", 0) == (None, 0)


def test_what_holds_itself_ends() -> None:
    assert unpacked([{"a": 1}, {"b": 0}])["a"]["b"] is not None
    store = {"A:1": {"__typename": "A", "b": {"__ref": "B:1"}}, "B:1": {"__typename": "B", "a": {"__ref": "A:1"}}}
    assert unpacked(store)["A:1"]["b"]["a"] == {"__typename": "A", "b": None}
    value, _ = called("(function(a,b){a.x=b;a.y=b;b.x=a;b.y=a;a.z=b;return {a:a}}({},{}))", 0)
    assert value["a"]["z"]["x"]["x"] == {}


words = st.sampled_from(
    ["title", "_1", "__ref", "included", "data", "relationships", "en", "s", "$1", "A:1", "id", "type"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=5) | words | st.just('{"a": ["{}"]}' * 5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(value=json_values)
def test_any_data_is_unpacked(value: Any) -> None:
    unpacked(value)
    unpacked([{"_1": 2}, value, value])


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="{}[]()'\"`:,;=$_ab01\\x.!-/* \n", max_size=60))
def test_any_code_is_read(text: str) -> None:
    literal(text)
    called(f"(function(a,b){{{text}return {{a:b}}}}(1,{{}}))", 0)
    filler = " " * 200 + "jobTitle"
    list(
        embedded_values(f"<script>a={text}{filler}</script><script>self.__next_f.push([1,{json.dumps(text)}])".encode())
    )


BEGINNINGS = (
    "={a:[",
    "=(function(a){return {x:",
    "={a:1,",
    "=[[",
    "JSON.parse('",
    '="{\\',
    "<textarea>{'salary",
    "a='{&quot;",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_beginnings_without_an_end_are_done_with_soon(beginning: str) -> None:
    many = beginning * (200_000 // len(beginning))
    assert list(embedded_values(f"<script>salary {many}</script>{many}".encode())) == []
