"""The examples that an operator copies: settings, commands and prefix are those of the program."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from service.queue.app import celery_app
from service.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "deploy"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted(FOLDER.glob("*.service"))


def test_flower_looks_where_our_workers_write() -> None:
    flower = runpy.run_path(str(FOLDER / "crossfoot_flower.py"))
    ours = celery_app(Settings()).conf
    prefix = ours.broker_transport_options["global_keyprefix"]
    assert flower["broker_transport_options"] == {"global_keyprefix": prefix}
    assert flower["accept_content"] == list(ours.accept_content)
    assert ours.worker_enable_remote_control
    assert ours.worker_send_task_events
    (mounted,) = COMPOSE["services"]["flower"]["volumes"]
    assert (FOLDER / mounted.partition(":")[0]).exists()


@pytest.mark.parametrize("text", [path.read_text(encoding="utf-8") for path in UNITS], ids=str)
def test_settings_in_units_are_settings(text: str) -> None:
    known = {f"CROSSFOOT_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"CROSSFOOT_[A-Z0-9_]+", text)) <= known


def test_settings_and_volumes_in_the_compose_file_exist() -> None:
    known = {f"CROSSFOOT_{name.upper()}" for name in Settings.model_fields}
    services = COMPOSE["services"]
    for service in services.values():
        assert {n for n in service.get("environment", {}) if n.startswith("CROSSFOOT")} <= known
        assert set(service.get("depends_on", ())) <= set(services)
        named = [one.partition(":")[0] for one in service.get("volumes", ())]
        assert {name for name in named if not name.startswith(".")} <= set(COMPOSE["volumes"])
