"""What may name a site."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

# Fit for a name that a person chooses, and for the host, with its port, that an ad-hoc site is named by.
SLUG = re.compile(r"[a-z0-9\[][a-z0-9._:\[\]-]{0,254}")
SLUG_RULE = "must be up to 255 lower-case letters, digits and . - _ : [ ], and begin with a letter or digit"


def is_slug(text: str) -> bool:
    """May a site have this name?"""
    return SLUG.fullmatch(text) is not None


def validate_slug(text: str) -> None:
    """For forms.

    Raises:
        ValidationError: says the rule.
    """
    if not is_slug(text):
        raise ValidationError(f"A slug {SLUG_RULE}.")
