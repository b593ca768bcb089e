"""What is in one page, in one piece: for commands that print it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from extractors.blocked import Seen, judge
from extractors.postings import explained, left_out
from extractors.postings.document import Document
from extractors.postings.reasons import evidence
from schemas.posting import Posting, problems_of


def described(document: Document, body: bytes, *, explain: bool) -> dict[str, Any]:
    """The page's metadata and postings; ``body`` are its bytes as they came.

    With ``explain`` also ``evidence``, a list of fields for each of the postings; ``rejected``, each with its
    ``problems``; ``left_out``, each with its ``reason``; and ``gate``, what the answer as a whole is.
    """
    good, why, rejected = [], [], []
    for found in explained(document):
        try:
            good.append(Posting.model_validate(found.posting).model_dump(mode="json"))
        except ValidationError as error:
            rejected.append({"data": found.posting, "problems": problems_of(error)})
        else:
            why.append([one.plain() for one in evidence(found, document)] if explain else [])
    page = {
        "url": document.url,
        "content_type": document.content_type or None,
        "body_bytes": len(body),
        **asdict(document.metadata),
    }
    if not explain:
        return {"page": page, "postings": good}
    out = [{"title": one.posting.get("title"), "reason": reason} for one, reason in left_out(document)]
    more = {"evidence": why, "rejected": rejected, "left_out": out, "gate": _gate(document, body)}
    return {"page": page, "postings": good, **more}


def _gate(document: Document, body: bytes) -> dict[str, Any]:
    """What the answer is as a whole; a file has no status and no headers, so that its bytes alone are judged."""
    verdict = judge(Seen(document.url, 200, {"content-type": document.content_type}, body, document.tree))
    return {**verdict.encode(), "says": str(verdict), "closed": document.closed_words}
