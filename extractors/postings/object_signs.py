"""Whether an object of data is a posting: by what it has beside a title and a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from extractors.postings.flat import Flat, names, words_of
from extractors.postings.object_text import description_text, markup_of, title_of

_LEAST_DESCRIPTION = 60
_STRONG = ("employment_types", "workplace_type", "apply_url", "requisition_id", "remote")
"""What products, people, courses and events do not have, but where their names are ``weak``."""
_FAIR = ("skills", "department", "job_title")
_PAY = ("salary", "salary_min", "salary_max")
_PLACE = ("locations", "city", "applicant_scope")
_OTHER = (("date_posted", "valid_through"), ("company",), ("reference",))


class About(IntEnum):
    """How near stands what says that data is about jobs."""

    NOTHING = 0
    PAGE = 1
    """The page's address, or a name far above."""
    NAME = 2
    """The name under which it stands: ``jobs``."""


@dataclass(frozen=True, slots=True)
class Signs:
    """How many kinds of signs of a posting an object has, and how many of something else."""

    strong: int
    fair: int
    place: int
    other: int
    against: int

    def suffice(self, about: About) -> bool:
        """Whether nothing but a posting has these, under a name or on a page that is about that."""
        count = self.strong + self.fair + self.place + self.other
        if self.against:
            return self.strong > 0 and count > 2
        if self.strong:
            return count > 1 or about > About.NOTHING
        if about == About.NAME:
            return count > 0
        if about == About.PAGE:
            return self.place > 0 and count > 2
        return (self.fair > 1 and count > 2) or (self.fair == 1 and self.place > 0 and count > 2)


def looks_like_posting(flat: Flat, about: About) -> bool:
    """A title, a description, and signs that it is a job: fewer where the data is about jobs anyway."""
    return title_of(flat) is not None and is_described(flat) and signs_in(flat).suffice(about)


def signs_in(flat: Flat) -> Signs:
    """The signs of a posting in an object; a flag that is not set is none."""
    said = {name for name, value in flat.values.items() if value is not False}
    sure = said - names("weak")
    return Signs(
        strong=sum(not names(meaning).isdisjoint(sure) for meaning in _STRONG),
        fair=sum(not names(meaning).isdisjoint(sure) for meaning in _FAIR)
        + any(not names(meaning).isdisjoint(sure) for meaning in _PAY),
        place=int(any(not names(meaning).isdisjoint(said) for meaning in _PLACE)),
        other=sum(any(not names(meaning).isdisjoint(sure) for meaning in kind) for kind in _OTHER),
        against=len(names("against") & said),
    )


def signs_of(flat: Flat) -> tuple[int, int]:
    """How many signs of a posting an object has: those that hardly anything else has, and others."""
    signs = signs_in(flat)
    return signs.strong + signs.fair, signs.place + signs.other


def is_described(flat: Flat) -> bool:
    """Whether an object has a text that may be a posting's description, in one or in parts."""
    own = len(description_text(flat))
    parts = (len(markup_of(value)) for value in flat.all("sections")) if own < _LEAST_DESCRIPTION else ()
    return own + sum(parts) >= _LEAST_DESCRIPTION


def is_about_jobs(name: str) -> bool:
    """Whether a name, or a part of a URL, speaks of jobs."""
    return not names("about_jobs").isdisjoint(words_of(name).split())


def about_under(name: str, about: About) -> About:
    """What what stands under a name is about: ``jobs`` are, ``items`` are what they stand in, ``people`` are not."""
    words = words_of(name).split()
    if not names("about_jobs").isdisjoint(words):
        sure = about > About.NOTHING or not names("about_jobs").isdisjoint(set(words) - names("unsure"))
        return About.NAME if sure else About.PAGE
    if names("neutral").isdisjoint(words) and not name.isdecimal():
        return min(about, About.PAGE)
    return about
