"""Stage 3: what may pass. A bad record is set aside with its reasons, never away."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from pipelines.cleaning import Cleaner
from pipelines.items import as_page
from schemas.page import Page, Record, RejectedRecord
from schemas.posting import Posting, problems_of


class ValidatePipeline:
    """Checks each record against its model, and takes out characters that PostgreSQL refuses."""

    for_pages = True

    def process_item(self, item: Any) -> Any:
        """Validate a page's records; pass anything else on."""
        page = as_page(item)
        if page is None:
            return item
        cleaner = Cleaner()
        page.metadata = cleaner.clean(page.metadata)
        page.records = [checked for record in page.records if (checked := self._checked(page, record, cleaner))]
        page.cleaned += cleaner.count
        return page

    def _checked(self, page: Page, record: Record, cleaner: Cleaner) -> Record | None:
        data = cleaner.clean(record.data)
        if record.kind != "posting":
            return Record(record.kind, data)
        try:
            return Record(record.kind, Posting.model_validate(data).model_dump(mode="json"))
        except ValidationError as error:
            page.rejected.append(RejectedRecord(record.kind, data, problems_of(error)))
            return None
