"""What a newcomer stands on: the commands, the lock, the licence, one version everywhere."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(lock: str) -> list[str]:
    """The lock's requirements, each with its hashes on one line."""
    lines = [line for line in read(lock).splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def crossfoot(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("crossfoot")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_part_has_a_version_and_a_hash(lock: str) -> None:
    parts = requirements(lock)
    assert len(parts) > 20
    for part in parts:
        assert re.match(r"[a-z0-9.-]+==[\w.]+ ", part), part
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", part), part


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_registry(lock: str) -> None:
    assert "://" not in read(lock)
    assert "index-url" not in read(lock)
    assert "find-links" not in read(lock)


def test_the_lock_holds_all_that_the_project_needs() -> None:
    locked = {part.split("==")[0] for part in requirements("requirements.lock")}
    needed = {re.split(r"[][<>= ;]", part)[0] for part in PROJECT["dependencies"]}
    assert needed <= locked
    developed = {part.split(";")[0].split(" ")[0] for part in requirements("requirements-dev.lock")}
    run = {part.split(";")[0].split(" ")[0] for part in requirements("requirements.lock")}
    assert run <= developed, "the two locks disagree on a version"


def test_no_opencv_that_needs_a_screen() -> None:
    for lock in LOCKS:
        opencv = {p.split("==")[0] for p in requirements(lock) if p.startswith("opencv")}
        assert opencv == {"opencv-python-headless"}


def test_the_licence_is_the_affero_gpl() -> None:
    licence = read("LICENSE")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
    assert "Version 3, 19 November 2007" in licence
    assert "13. Remote Network Interaction" in licence
    assert licence.rstrip().endswith("<https://www.gnu.org/licenses/>.")
    assert PROJECT["license"] == "AGPL-3.0-or-later"


def test_one_version_everywhere() -> None:
    version = PROJECT["version"]
    assert importlib.metadata.version("crossfoot") == version
    assert re.search(rf"^## {re.escape(version)}\b", read("CHANGELOG.md"), re.MULTILINE)
    said = crossfoot("--version")
    assert said.returncode == 0
    assert version in said.stdout


def test_the_first_commands_of_the_readme_exist() -> None:
    readme = read("README.md")
    opening = readme.split("```")[1]
    for target in ("demo", "test"):
        assert f"make {target}" in opening
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE)
    assert crossfoot("extract", "--help").returncode == 0


def test_every_command_that_the_readme_names_is_there() -> None:
    for command in set(re.findall(r"crossfoot (extract|show|overlay|export)\b", read("README.md"))):
        assert crossfoot(command, "--help").returncode == 0, command
    targets = set(re.findall(r"\bmake ([a-z]+)\b", read("README.md")))
    for target in targets:
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE), target


def test_links_inside_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} links to {link}"
