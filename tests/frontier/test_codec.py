"""Requests are written as msgpack, and come back as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontier import codec

# Lone surrogates are no text that UTF-8 could carry.
texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False)
scalars = st.none() | st.booleans() | numbers | texts | st.binary()
names = texts | st.binary(max_size=8) | st.integers(0, 9)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(texts, values, max_size=5))
def test_plain_values_come_back_as_they_were(value: dict[str, Any]) -> None:
    assert codec.loads(codec.dumps(value)) == value


def test_bytes_stay_bytes_and_text_stays_text() -> None:
    back = codec.loads(codec.dumps({"body": b"caf\xe9", "url": "café"}))

    assert back == {"body": b"caf\xe9", "url": "café"}


def test_tuples_come_back_as_lists() -> None:
    assert codec.loads(codec.dumps({"pair": (1, 2)})) == {"pair": [1, 2]}


@pytest.mark.parametrize(
    "value", [object(), datetime.now(UTC), {1, 2}, lambda: None], ids=["object", "time", "set", "function"]
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        codec.dumps({"value": value})


def test_a_payload_that_is_no_msgpack_is_refused_and_not_run() -> None:
    pickled = b"\x80\x04\x95"

    with pytest.raises((ValueError, msgpack.UnpackException)):
        codec.loads(pickled)
