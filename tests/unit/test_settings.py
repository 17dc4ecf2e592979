"""Settings: read once, understood or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import UsageError
from service.settings import read_settings


def test_without_any_all_lies_in_one_folder(tmp_path: Path) -> None:
    settings = read_settings({"CROSSFOOT_HOME": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path}/crossfoot.db"
    assert settings.blobs == f"file://{tmp_path}/blobs"
    assert settings.embedded_broker
    assert settings.broker == f"redis+socket://{tmp_path}/run/broker.sock"


def test_a_socket_of_a_long_path_lies_elsewhere(tmp_path: Path) -> None:
    settings = read_settings({"CROSSFOOT_HOME": str(tmp_path / ("deep" * 30))})
    assert len(str(settings.broker_socket)) < 100


@pytest.mark.parametrize("prefix", ["", "CROSSFOOT_"])
def test_urls_are_read_with_and_without_the_prefix(prefix: str) -> None:
    settings = read_settings(
        {
            f"{prefix}DATABASE_URL": "postgres://host/name",
            f"{prefix}BROKER_URL": "redis://host/1",
            f"{prefix}BLOB_URL": "s3://bucket",
        }
    )
    assert settings.database == "postgresql+psycopg://host/name"
    assert (settings.broker, settings.blobs) == ("redis://host/1", "s3://bucket")
    assert not settings.embedded_broker


def test_a_secret_is_not_shown() -> None:
    settings = read_settings({"DATABASE_URL": "postgres://me:hunter2@host/name"})
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"CROSSFOOT_PAEGS": "3"}, "did you mean CROSSFOOT_PAGES?"),
        ({"CROSSFOOT_COLOUR": "red"}, "no setting CROSSFOOT_COLOUR"),
        ({"CROSSFOOT_PAGES": "many"}, "CROSSFOOT_PAGES: "),
        ({"CROSSFOOT_AUTH": "none"}, "CROSSFOOT_AUTH: "),
        ({"CROSSFOOT_PAGE_SECONDS": "600"}, "must be less than CROSSFOOT_SOFT_SECONDS"),
        ({"CROSSFOOT_LEASE_SECONDS": "2000"}, "must be less than CROSSFOOT_VISIBILITY_SECONDS"),
        ({"CROSSFOOT_ASSEMBLE_SECONDS": "539"}, "together must be less than"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(told: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings(told)
    assert said in caught.value.message


def test_settings_of_measuring_and_testing_are_left_alone() -> None:
    read_settings({"CROSSFOOT_SHARED_DATA": "/data", "CROSSFOOT_PEER_MODEL": "x"})
