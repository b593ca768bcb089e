"""The only reader of environment variables: where things are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from schemas import archives
from schemas.proxies import api_of, file_of, read_proxies, read_proxy

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

OUTAGE_SECONDS = 600
ARCHIVE_CHECKS = {
    "archive_url": archives.checked_url,
    "archive_endpoint": archives.checked_endpoint,
    "archive_encryption": archives.checked_encryption,
}
_CONTACT = re.compile(r"https?://[!-'*-~]+|[!-'*-?A-~]+@[!-'*-?A-~]+")
_URL_PASSWORD = re.compile(r"//([^:/?#@]*):.*@", re.DOTALL)
_NAMED_PASSWORD = re.compile(r"(password\s*=\s*)('[^']*'|[^&\s]*)", re.IGNORECASE)


class BadEnvironmentError(ValueError):
    """A variable has a value that Longline cannot use."""


def project_folder() -> Path:
    """The folder of the nearest ``scrapy.cfg``, from the working folder upwards; else the working folder."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "scrapy.cfg").is_file()), here)


class Environment(BaseSettings):
    """Where the servers, the archive and Longline's own files are."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_URL",
        description="PostgreSQL, as postgresql://user:password@host:5432/name. "
        "Unset: Longline starts a PostgreSQL of its own.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        alias="REDIS_URL",
        description=(
            "Redis or Valkey, as redis://:password@host:6379/0; a cluster as redis+cluster://:password@host:6379. "
            "Unset: Longline starts a Valkey of its own."
        ),
    )
    home: Path = Field(
        default=Path(".longline"),
        alias="LONGLINE_HOME",
        description="The folder for Longline's own files. A relative path starts at the project's folder.",
    )
    archive_url: str = Field(
        default="",
        alias="LONGLINE_ARCHIVE_URL",
        description="Where raw pages are kept: file:///folder, s3://bucket/prefix, gs://bucket/prefix or "
        "az://container/prefix. Unset: the folder archive in LONGLINE_HOME.",
    )
    archive_endpoint: str | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_ENDPOINT",
        description="Where the archive's store is reached, if neither where it usually is nor at AWS_ENDPOINT_URL.",
    )
    archive_region: str | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_REGION",
        description="The region of the archive's S3 bucket, if it is not AWS_REGION.",
    )
    archive_path_style: bool | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_PATH_STYLE",
        description="true: the bucket stands in the path of S3's URLs; false: before the host. Unset: in the path "
        "where there is an endpoint.",
    )
    archive_encryption: str | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_ENCRYPTION",
        description="How S3 encrypts what it keeps: AES256, aws:kms or aws:kms:dsse. Unset: as the bucket says.",
    )
    archive_kms_key: str | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_KMS_KEY",
        description="The id or ARN of the key for aws:kms. Unset: the bucket's.",
    )
    archive_storage_class: str | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_STORAGE_CLASS",
        description="The storage class of what is put: STANDARD_IA, GLACIER_IR (S3), NEARLINE (GCS), Cool (Azure). "
        "Unset: the bucket's.",
    )
    archive_tags: str | None = Field(
        default=None,
        alias="LONGLINE_ARCHIVE_TAGS",
        description="Tags of what is put, for the bucket's lifecycle rules: name=value, with commas between them.",
    )
    archive_answer_seconds: float = Field(
        default=archives.ANSWER_SECONDS,
        gt=0,
        alias="LONGLINE_ARCHIVE_ANSWER_SECONDS",
        description="How long one request to the archive may take, in seconds.",
    )
    aws_endpoint_url: str | None = Field(
        default=None,
        alias="AWS_ENDPOINT_URL",
        description="The S3 endpoint, where it is not AWS itself: https://s3.example.com.",
    )
    aws_region: str | None = Field(
        default=None,
        alias="AWS_REGION",
        description="The region of the S3 bucket. Unset: what boto3 finds, else us-east-1.",
    )
    outage_seconds: float = Field(
        default=OUTAGE_SECONDS,
        ge=0,
        alias="LONGLINE_OUTAGE_SECONDS",
        description="How long a crawl waits for PostgreSQL, Redis or the archive to come back before it fails, "
        "in seconds.",
    )
    lease_seconds: float = Field(
        default=30.0,
        ge=1,
        alias="LONGLINE_LEASE_SECONDS",
        description="After so many seconds without a word of a worker, others do again what it was working on.",
    )
    drain_seconds: float = Field(
        default=30.0,
        ge=1,
        alias="LONGLINE_DRAIN_SECONDS",
        description="How long a process that was told to stop may finish what is under way; the rest is given back.",
    )
    contact: str | None = Field(
        default=None,
        alias="LONGLINE_CONTACT",
        description="Where sites reach whoever crawls them: a URL, or a mail address. It stands in the User-Agent: "
        "Longline/0.1.0 (+https://acme.example/bot).",
    )
    celery_broker_url: SecretStr | None = Field(
        default=None,
        alias="CELERY_BROKER_URL",
        description="Where segments of the archive wait for Celery's workers to extract them again: "
        "redis://:password@host:6379/0, or amqp://user:password@host for RabbitMQ.",
    )
    celery_task_time_limit: int = Field(
        default=1800,
        ge=2,
        alias="CELERY_TASK_TIME_LIMIT",
        description="How long one of Celery's workers may take for a segment, in seconds, before it is killed.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        alias="LONGLINE_SECRET_KEY",
        description="Signs the sessions of the admin. Unset: a key is made once and kept in LONGLINE_HOME.",
    )
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        alias="LONGLINE_ALLOWED_HOSTS",
        description="Host names by which the admin may be reached, with commas between them.",
    )
    proxies: SecretStr | None = Field(
        default=None,
        alias="LONGLINE_PROXIES",
        description="Forward proxies that requests go through: http://user:password@host:8080 (or https, socks5), with "
        "commas between them; or a file with one a line, read again when it changes; or the URL of an HTTP API that "
        "names them. Unset: requests go out directly.",
    )
    smartproxy_apikey: SecretStr | None = Field(
        default=None,
        alias="ZYTE_SMARTPROXY_APIKEY",
        description="The key of Zyte's smart proxy. Where it is set, requests go through that, and not through "
        "LONGLINE_PROXIES, but for sites with tiers.",
    )
    smartproxy_url: str | None = Field(
        default=None,
        alias="ZYTE_SMARTPROXY_URL",
        description="Where the smart proxy is. Unset: http://proxy.zyte.com:8011.",
    )
    allow_private_addresses: bool = Field(
        default=False,
        alias="LONGLINE_ALLOW_PRIVATE_ADDRESSES",
        description="true lets crawls fetch from private addresses: for intranets. Else only the host and port that "
        "somebody types after -a url= may be on one.",
    )
    debug: bool = Field(
        default=False,
        alias="LONGLINE_DEBUG",
        description="true shows details of errors in the admin. Never in production.",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return (project_folder() / home.expanduser()).absolute()

    @field_validator("contact")
    @classmethod
    def _contact(cls, contact: str | None) -> str | None:
        if contact is not None and not _CONTACT.fullmatch(contact):
            raise ValueError("must be a URL such as https://acme.example/bot, or a mail address")
        return contact

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("proxies")
    @classmethod
    def _proxies(cls, value: SecretStr | None) -> SecretStr | None:
        """A list is checked here; a file's place is made absolute, and its lines are checked when they are read."""
        if value is None:
            return None
        if api_of(value.get_secret_value()):
            return value
        path = file_of(value.get_secret_value())
        if path is None:
            read_proxies(value.get_secret_value().split(","), "entry")
            return value
        return SecretStr(str((project_folder() / path).absolute()))

    @field_validator("smartproxy_url")
    @classmethod
    def _smartproxy(cls, url: str | None) -> str | None:
        if url is not None and read_proxy(url).user:
            raise ValueError("must be a URL without user and password; the key stands in ZYTE_SMARTPROXY_APIKEY")
        return url

    @field_validator("archive_url", "archive_endpoint", "archive_encryption", "archive_tags")
    @classmethod
    def _archive(cls, value: str | None, field: ValidationInfo) -> str | None:
        if value is None or field.field_name is None:
            return value
        if field.field_name == "archive_tags":
            archives.read_tags(value)
            return value
        return ARCHIVE_CHECKS[field.field_name](value)

    @model_validator(mode="after")
    def _wishes(self) -> Self:
        names = ("path_style", "encryption", "kms_key", "storage_class", "tags")
        archives.check_wishes(self.archive, {name.upper(): getattr(self, f"archive_{name}") for name in names})
        return self

    @property
    def archive(self) -> str:
        """The archive's URL without a slash at its end."""
        return self.archive_url or (self.home / "archive").as_uri()


def read_environment() -> Environment:
    """Read the environment and the project's ``.env``; the environment wins.

    Raises:
        BadEnvironmentError: one line for each variable that has a bad value, without the value.
    """
    try:
        return Environment(_env_file=project_folder() / ".env")
    except ValidationError as error:
        raise BadEnvironmentError("\n".join(map(_sentence, error.errors()))) from None


def _sentence(error: ErrorDetails) -> str:
    """What is wrong with one variable, or with several together, which then name themselves."""
    message = error["msg"].removeprefix("Value error, ")
    return f"{error['loc'][0]} {message[:1].lower()}{message[1:]}." if error["loc"] else message


def env_example() -> str:
    """The text of ``.env.example``: every variable with its description and default, commented out."""
    blocks = ["# Every variable that Longline reads. Copy to .env and uncomment what you need.\n"]
    for field in Environment.model_fields.values():
        default = field.get_default()
        text = ",".join(default) if isinstance(default, list) else "" if default is None else str(default)
        value = text.lower() if isinstance(default, bool) else text
        blocks.append(f"# {field.description}\n# {field.alias}={value}\n")
    return "\n".join(blocks)


def without_password(url: str) -> str:
    """The same URL or list of ``name=value``, fit to be shown: passwords are left out.

    A password need not be escaped as it should: what stands before the last ``@`` is taken for one.
    """
    return _NAMED_PASSWORD.sub(r"\1***", _URL_PASSWORD.sub(r"//\1:***@", url))
