"""What may be said of an archive: its URL, and how its store keeps objects. Pure rules."""

from __future__ import annotations

from urllib.parse import urlsplit

SCHEMES = ("file", "s3", "gs", "az")
ANSWER_SECONDS = 60.0
ENCRYPTIONS = ("AES256", "aws:kms", "aws:kms:dsse")
MOST_TAGS = 10
# What is in these must be asked for hours before it can be read.
_FROZEN = {"s3": ("GLACIER", "DEEP_ARCHIVE"), "az": ("ARCHIVE",)}
_OF_STORES = {
    "PATH_STYLE": ("s3",),
    "ENCRYPTION": ("s3",),
    "KMS_KEY": ("s3",),
    "STORAGE_CLASS": ("s3", "gs", "az"),
    "TAGS": ("s3", "az"),
}


def checked_url(url: str) -> str:
    """The URL without a slash at its end.

    Raises:
        ValueError: it names no place that an archive can be in.
    """
    parts = urlsplit(url)
    place = parts.path.strip("/") and not parts.netloc if parts.scheme == "file" else parts.netloc
    if url and (parts.scheme not in SCHEMES or not place):
        raise ValueError("must be file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix")
    return url.rstrip("/")


def checked_endpoint(url: str) -> str:
    """The URL of a store's server without a slash at its end.

    Raises:
        ValueError: it is none, or has a user.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("must be the URL of a server, as https://s3.example.com, without user and password")
    return url.rstrip("/")


def checked_encryption(value: str) -> str:
    """A kind of encryption that S3 knows.

    Raises:
        ValueError: it is none.
    """
    if value not in ENCRYPTIONS:
        raise ValueError(f"must be one of {', '.join(ENCRYPTIONS)}")
    return value


def read_tags(text: str) -> dict[str, str]:
    """Tags of ``name=value,name=value``.

    Raises:
        ValueError: one has no name or no value, or there are too many.
    """
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if any(not name.strip() or not value.strip() for name, _, value in pairs) or len(pairs) > MOST_TAGS:
        raise ValueError(f"must be name=value, with commas between them, {MOST_TAGS} at most")
    return {name.strip(): value.strip() for name, _, value in pairs}


def check_wishes(url: str, wishes: dict[str, object]) -> None:
    """See that an archive's store can do what is asked of it: else that would be lost without a word.

    Args:
        wishes: by the ends of their names: ``KMS_KEY`` for LONGLINE_ARCHIVE_KMS_KEY; None: nothing is asked.

    Raises:
        ValueError: it cannot.
    """
    scheme = urlsplit(url).scheme
    for name, stores in _OF_STORES.items():
        if wishes[name] is not None and scheme not in stores:
            kinds = " and ".join(f"{one}://" for one in stores)
            raise ValueError(f"LONGLINE_ARCHIVE_{name} is for {kinds} alone, not for {scheme}://. Unset it.")
    if wishes["KMS_KEY"] is not None and not str(wishes["ENCRYPTION"]).startswith("aws:kms"):
        raise ValueError("LONGLINE_ARCHIVE_KMS_KEY has no use without LONGLINE_ARCHIVE_ENCRYPTION=aws:kms.")
    if str(wishes["STORAGE_CLASS"]).upper() in _FROZEN.get(scheme, ()):
        raise ValueError(
            f"LONGLINE_ARCHIVE_STORAGE_CLASS is {wishes['STORAGE_CLASS']}: what is kept so cannot be read when it is "
            "needed. Take one that answers at once, as GLACIER_IR or Cold."
        )
