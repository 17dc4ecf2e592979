"""Settings: one frozen object, built once from the environment. No other module reads it.

Every setting is an environment variable ``CROSSFOOT_`` + its name in capitals. Without any,
everything lives in one folder of this machine: SQLite, files and a private broker.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
)

from schemas.errors import UsageError

PREFIX = "CROSSFOOT_"
MIB = 1024 * 1024
# Variables of the same prefix that belong to measuring and testing.
_OF_OTHERS = (
    "SHARED_DATA", "PEERS_PYTHON", "PEER_MODEL", "PEER_MODEL_KEY", "PEER_MODEL_URL",
    "PEER_MODEL_PRICE", "PEER_MODEL_REPORT", "PEER_TABLES",
)  # fmt: skip
_SHORT = ("DATABASE_URL", "BROKER_URL", "BLOB_URL")  # also read without the prefix


def _default_home() -> Path:
    told = os.environ.get("XDG_DATA_HOME")
    return (Path(told) if told else Path.home() / ".local" / "share") / "crossfoot"


PositiveDecimal = Annotated[Decimal, Field(gt=0)]


class Settings(BaseModel):
    """Times are in seconds, sizes in bytes unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=_default_home)
    database_url: SecretStr | None = None
    broker_url: SecretStr | None = None
    blob_url: str | None = None
    s3_endpoint: str | None = None
    s3_key: SecretStr | None = None
    s3_secret: SecretStr | None = None

    # Doors
    auth: Literal["local", "accounts", "proxy"] = "local"
    proxy_header: str = "X-Forwarded-User"
    proxy_addresses: tuple[str, ...] = ("127.0.0.1",)
    session_hours: PositiveInt = 12
    secure_cookies: bool = False
    public_hosts: tuple[str, ...] = ()
    webhook_private_addresses: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # What is taken in
    upload_mib: PositiveInt = 512
    file_mib: PositiveInt = 200
    upload_files: PositiveInt = 1000
    upload_seconds: PositiveFloat = 600
    archive_mib: PositiveInt = 4096
    archive_members: PositiveInt = 20_000
    pages: PositiveInt = 2000
    page_points: PositiveInt = 5000
    page_megapixels: PositiveInt = 200
    page_inflated_mib: PositiveInt = 64
    backlog: PositiveInt = 50_000
    free_disk_mib: PositiveInt = 256

    # How work is done. page < soft < hard < lease < visibility, see docs/decisions/0032
    workers: PositiveInt = Field(default_factory=lambda: len(os.sched_getaffinity(0)))
    shift_seconds: PositiveFloat = 20
    page_seconds: PositiveFloat = 60
    assemble_seconds: PositiveFloat = 300
    soft_seconds: PositiveInt = 540
    hard_seconds: PositiveInt = 600
    lease_seconds: PositiveFloat = 720
    visibility_seconds: PositiveInt = 1200
    attempts: PositiveInt = 3
    sweep_seconds: PositiveFloat = 5
    deaf_seconds: PositiveFloat = 60
    reader_memory_mib: PositiveInt = 6144
    reader_requests: PositiveInt = 500

    # The language model; nothing is asked of any where none is named. See docs/llm.md
    llm: Literal["off", "structure", "assist", "always"] = "assist"
    model: str | None = None
    model_url: str | None = None
    model_key: SecretStr | None = None
    model_images: bool = False
    model_price: str | None = None
    model_stronger: str | None = None
    model_stronger_price: str | None = None
    model_requests_minute: PositiveInt | None = None
    model_tokens_minute: PositiveInt | None = None
    model_budget_document: PositiveDecimal | None = None
    model_budget_batch: PositiveDecimal | None = None
    model_budget_day: PositiveDecimal | None = None
    model_seconds: PositiveFloat = 120
    model_call_seconds: PositiveFloat = 60
    model_keep_text: bool = False

    # How long things are kept; None: until a person deletes them
    retention_days: PositiveInt | None = None

    @property
    def database(self) -> str:
        """The database's URL, with the driver named that Crossfoot brings."""
        if self.database_url is None:
            return f"sqlite:///{self.home / 'crossfoot.db'}"
        url = self.database_url.get_secret_value()
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def page_limits(self) -> dict[str, int]:
        """What a page may ask for, in the words of the reading process."""
        return {
            "points": self.page_points,
            "megapixels": self.page_megapixels,
            "inflated_mib": self.page_inflated_mib,
        }

    @property
    def embedded_broker(self) -> bool:
        """Whether Crossfoot runs a broker of its own."""
        return self.broker_url is None

    @property
    def broker(self) -> str:
        """The broker's URL; without one, the socket of the private broker."""
        if self.broker_url is not None:
            return self.broker_url.get_secret_value()
        return f"redis+socket://{self.broker_socket}"

    @property
    def broker_socket(self) -> Path:
        """Where the private broker listens.

        A socket's path may have 107 bytes, hence not always inside the home folder.
        """
        path = self.home / "run" / "broker.sock"
        if len(os.fsencode(path)) <= 100:
            return path
        import hashlib

        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"crossfoot-{os.getuid()}-{digest}.sock"  # noqa: S108

    @property
    def blobs(self) -> str:
        return self.blob_url or f"file://{self.home / 'blobs'}"

    @property
    def incoming(self) -> Path:
        """Where uploads are written while they come, and archives are unpacked."""
        return self.home / "incoming"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that the environment gives.

    Raises:
        UsageError: if a key is unknown or a value makes no sense, naming it.
    """
    held = os.environ if environment is None else environment
    given = {
        key.removeprefix(PREFIX): value
        for key, value in held.items()
        if key.startswith(PREFIX) and key.removeprefix(PREFIX) not in _OF_OTHERS
    }
    for key in _SHORT:
        if key in held:
            given.setdefault(key, held[key])
    _refuse_unknown(given)
    try:
        settings = Settings.model_validate(
            {key.lower(): _value(key, value) for key, value in given.items()}
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        key = PREFIX + "_".join(str(part) for part in first["loc"][:1]).upper()
        raise UsageError(f"{key}: {first['msg']}.") from None
    return _consistent(settings.model_copy(update={"home": settings.home.expanduser().absolute()}))


def _refuse_unknown(given: Mapping[str, str]) -> None:
    import difflib

    known = {name.upper() for name in Settings.model_fields}
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean {PREFIX}{near[0]}?" if near else ": unset it."
            raise UsageError(f"there is no setting {PREFIX}{key}{hint}")


def _value(key: str, value: str) -> object:
    """Lists are written with commas."""
    field = Settings.model_fields[key.lower()]
    if "tuple" in str(field.annotation):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _consistent(settings: Settings) -> Settings:
    order = (
        ("page_seconds", settings.page_seconds),
        ("soft_seconds", settings.soft_seconds),
        ("hard_seconds", settings.hard_seconds),
        ("lease_seconds", settings.lease_seconds),
        ("visibility_seconds", settings.visibility_seconds),
    )
    for (shorter, low), (longer, high) in pairwise(order):
        if low >= high:
            raise UsageError(
                f"{PREFIX}{shorter.upper()} ({low:g}) must be less than "
                f"{PREFIX}{longer.upper()} ({high:g})."
            )
    if settings.shift_seconds + settings.assemble_seconds >= settings.soft_seconds:
        raise UsageError(
            f"{PREFIX}SHIFT_SECONDS and {PREFIX}ASSEMBLE_SECONDS together must be less than "
            f"{PREFIX}SOFT_SECONDS ({settings.soft_seconds})."
        )
    return _with_model(settings)


def _with_model(settings: Settings) -> Settings:
    """The settings, if those of the model belong together.

    Raises:
        UsageError: naming what is missing or no price.
    """
    if (settings.model is None) != (settings.model_url is None):
        missing = "MODEL" if settings.model is None else "MODEL_URL"
        raise UsageError(
            f"{PREFIX}{missing} is missing: a model is its address up to /v1 in "
            f"{PREFIX}MODEL_URL and its name in {PREFIX}MODEL."
        )
    bounded = (
        settings.model_budget_document, settings.model_budget_batch, settings.model_budget_day,
    )  # fmt: skip
    if any(bound is not None for bound in bounded) and settings.model_price is None:
        raise UsageError(
            f"{PREFIX}MODEL_PRICE is missing: a budget needs the price of the model, in dollars "
            "for a million tokens read and written, such as 0.15/0.60."
        )
    from worker.llm.money import price_of

    price_of(settings.model_price)
    price_of(settings.model_stronger_price)
    return settings
