"""Whatever is thrown at our parsers, they answer, or refuse in words; they never break."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.amount import Amount, parse_amount
from schemas.decisions import STEP
from schemas.errors import EngineError, InputError, UsageError
from schemas.geometry import Box
from schemas.page import PageText
from schemas.page_file import page_bytes, page_of
from service.archives import unpack
from service.plain import file_label
from service.result_file import load_result
from service.settings import read_settings
from service.sniff import ARCHIVES, DOCUMENTS, sniff
from worker.indicators import PrintedLine, parse_indicators, parse_target

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIGURES = st.text(st.sampled_from("0123456789,.，．-−—△▲()（） ０１２%％万元①О〇Il"), max_size=24)
INDICATORS = st.text(
    st.sampled_from("0123456789、.。；;：:-－ 产出效益满意度数量质量指标值年度实施周期≥≤%每年\n"),
    max_size=300,
)
JUNK = st.binary(max_size=400)


@FEW
@given(st.one_of(FIGURES, st.text(max_size=60)))
@example("９" * 400)
@example("-" * 2000)
def test_what_is_read_as_an_amount_is_a_finite_number(text: str) -> None:
    read = parse_amount(text)
    if isinstance(read, Amount):
        assert Decimal(read.canonical()).is_finite()
        again = parse_amount(read.canonical())
        assert isinstance(again, Amount)
        assert Decimal(again.canonical()) == Decimal(read.canonical())


@FEW
@given(st.one_of(INDICATORS, st.text(max_size=200)))
def test_every_indicator_is_a_piece_of_what_was_printed(text: str) -> None:
    lines = [PrintedLine(text, 1, Box(0, 0, 100, 10))]
    for found in parse_indicators(text, lines)[0]:
        assert found.text in text


@FEW
@given(st.text(max_size=40))
def test_a_target_that_is_parsed_keeps_its_text(text: str) -> None:
    found = parse_target(text)
    assert found is None or found.value is None or Decimal(found.value).is_finite()


@FEW
@given(JUNK, st.sampled_from(["zip", "tar"]))
def test_an_archive_of_junk_is_refused_in_words(tmp_path: Path, junk: bytes, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(junk)
    told = read_settings({"CROSSFOOT_HOME": str(tmp_path)})
    with suppress(InputError):
        assert list(unpack(path, kind, tmp_path, told)) == []


@FEW
@given(st.data())
def test_a_spoilt_archive_gives_whole_members_or_words(tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["zip", "tar"]))
    packed = bytearray(_archive(kind))
    for at in data.draw(st.lists(st.integers(0, len(packed) - 1), min_size=1, max_size=8)):
        packed[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "a"
    path.write_bytes(packed)
    told = read_settings({"CROSSFOOT_HOME": str(tmp_path)})
    with suppress(InputError):
        for member in unpack(path, kind, tmp_path, told):
            assert member.path is None or member.path.parent == tmp_path
            assert file_label(member.name)


def _archive(kind: str) -> bytes:
    held = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
            for name in ("a.pdf", "../../b.pdf"):
                made.writestr(name, b"%PDF-1.7 " * 40)
    else:
        with tarfile.open(fileobj=held, mode="w:gz") as tar:
            for name in ("a.pdf", "../../b.pdf"):
                info = tarfile.TarInfo(name)
                info.size = 360
                tar.addfile(info, io.BytesIO(b"%PDF-1.7 " * 40))
    return held.getvalue()


@FEW
@given(JUNK)
def test_a_file_of_junk_is_of_no_kind_or_of_one(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(junk)
    assert sniff(path) in (None, *DOCUMENTS, *ARCHIVES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)


@FEW
@given(st.one_of(JUNK, JSON.map(lambda held: json.dumps(held).encode())))
def test_a_result_file_of_junk_is_refused_in_words(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(junk)
    with pytest.raises(UsageError):
        load_result(path)


@FEW
@given(JUNK, st.booleans())
def test_a_page_of_junk_is_no_page(junk: bytes, begun: bool) -> None:
    head = page_bytes(PageText(1, "blank", 1, 1, 1, 1))[:8] if begun else b""
    with pytest.raises(EngineError):
        page_of(head + junk)


@FEW
@given(JSON)
def test_a_decision_is_one_of_those_known(held: object) -> None:
    with pytest.raises(ValidationError):
        STEP.validate_python(held)
