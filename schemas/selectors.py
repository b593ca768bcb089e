"""Where a site's pages say what, as a person has found out: a CSS selector for each field of a posting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

_FORM = re.compile(r"(?P<css>.*?)(?:::(?:text|attr\((?P<attribute>[\w:.-]+)\)))?", re.DOTALL)
_EMPTY = LexborHTMLParser("<p>")


class Selector(NamedTuple):
    """``css`` finds elements, empty: the one that is looked in. ``attribute``: whose value counts; None: the text."""

    css: str
    attribute: str | None


def read_selector(text: str) -> Selector:
    """A selector as Scrapy writes them: ``h1.job``, ``time::attr(datetime)``, ``::attr(data-id)``.

    Raises:
        ValueError: it is no CSS.
    """
    match = _FORM.fullmatch(text.strip())
    css, attribute = (match["css"].strip(), match["attribute"]) if match else (text, None)
    if css or not text.strip().startswith("::"):
        try:
            _EMPTY.css(css)
        except SelectolaxError:
            raise ValueError("must be a CSS selector, or one with ::attr(NAME) behind it") from None
    return Selector(css, attribute)


def _checked(text: str) -> str:
    read_selector(text)
    return text.strip()


Css = Annotated[str, AfterValidator(_checked)]


class PostingSelectors(BaseModel):
    """CSS selectors, as Scrapy writes them: the text of what they find, or an attribute with ``::attr(NAME)``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    each: Css | None = Field(
        default=None,
        description="Each posting's element, on a page with several; the others look in it. Unset: one posting a page.",
    )
    title: Css | None = Field(default=None, description="The posting's title, in CSS.")
    company: Css | None = Field(default=None, description="The employer, in CSS.")
    locations: Css | None = Field(default=None, description="Places of work, an element each, in CSS.")
    workplace_type: Css | None = Field(default=None, description="On site, hybrid or remote, in CSS.")
    employment_types: Css | None = Field(default=None, description="Full time, contract and the like, in CSS.")
    salary: Css | None = Field(default=None, description="What is paid, in CSS.")
    skills: Css | None = Field(default=None, description="Skills, an element each, in CSS.")
    description: Css | None = Field(default=None, description="What the job is, in CSS; several parts are joined.")
    date_posted: Css | None = Field(default=None, description="When it was first published, in CSS.")
    valid_through: Css | None = Field(default=None, description="Until when one may apply, in CSS.")
    requisition_id: Css | None = Field(default=None, description="The employer's own number, in CSS.")
    url: Css | None = Field(default=None, description="The link to the posting's own page, in CSS.")
    apply_url: Css | None = Field(default=None, description="The link to apply, in CSS.")
    language: Css | None = Field(default=None, description="The language of the posting (a code), in CSS.")

    def given(self) -> dict[str, Selector]:
        """Those that are set, by field; ``each`` too."""
        said = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: read_selector(text) for name, text in said if text}


def reads(extract: Iterable[str], selectors: PostingSelectors | None) -> list[str]:
    """What a row notes as read from its page: postings that were read by other selectors are others."""
    written = selectors.model_dump_json(exclude_none=True) if selectors is not None and selectors.given() else ""
    mark = f":{sha256(written.encode()).hexdigest()[:8]}" if written else ""
    return sorted(f"posting{mark}" if name == "posting" else name for name in extract)
