"""Templates: which URLs are made by one page of a site's own, so that what one of them needs, all do."""

from __future__ import annotations

from schemas.traps import shape


def template_of(url: str) -> str:
    """The host, and the path with numbers and months taken for the same, and with any name at its end.

    ``https://example.com/jobs/senior-cook?page=2`` is ``example.com/jobs/*?page``. What stands alone, as ``/about``, is
    a page of its own.
    """
    _, _, rest = url.partition("://")
    host, _, path = rest.partition("#")[0].partition("/")
    path, _, query = shape(path).partition("?")
    folder, slash, name = path.rpartition("/")
    if slash and name:
        path = f"{folder}/*"
    return f"{host}/{path}" + (f"?{query}" if query else "")
