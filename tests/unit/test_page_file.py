"""Pages as read, written to bytes and read back."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.errors import EngineError
from schemas.geometry import Affine, Box, PageMap
from schemas.page import PageText, Reading, Ruling, Token, Warn
from schemas.page_file import page_bytes, page_of
from worker.ctc import SIGNS, posterior_of


def _page() -> PageText:
    seen = posterior_of(np.random.default_rng(1).dirichlet(np.ones(1 + len(SIGNS)), 30), weight=0.3)
    token = Token(
        "1,390.50", Box(1, 2, 30.5, 12), "ocr", 0.97, (0.9,) * 8, tuple(range(9)),
        (Reading("1,390.50", 0.97), Reading("1,890.50", 0.01)), posteriors=(seen, seen),
    )  # fmt: skip
    return PageText(
        3, "scan", 800, 600, 600, 800, (token,), (Ruling(True, 5, 0, 100),),
        PageMap(Affine(0, 1, 2, -1, 0, 3), 0.0001, 400),
        (Warn("page_hard_to_read", "page 3 …", 3),),
    )  # fmt: skip


def test_a_page_comes_back_as_it_was_what_was_seen_of_its_figures_included() -> None:
    assert page_of(page_bytes(_page())) == _page()
    assert page_bytes(_page()) == page_bytes(_page())


@pytest.mark.parametrize(
    "content", [b"", b"CFP1", b"CFP2 rubbish", page_bytes(_page())[:-9], b"CFP2x\x9c"]
)
def test_what_is_no_page_is_told_so(content: bytes) -> None:
    with pytest.raises(EngineError, match="again"):
        page_of(content)
