"""A real, small model over HTTP: its mistakes are caught, and none goes into a result unseen.

``make test-llm`` runs it against the endpoint of CROSSFOOT_PEER_MODEL_URL. Nothing is asserted
of what the model says, only of what becomes of it. What it got wrong is written to the folder
of CROSSFOOT_PEER_MODEL_REPORT, if one is named.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.llm.asking import PRICE, MadeDesk
from tests.llm.mistakes import Recorder, mistakes
from tests.llm.oracle import Oracle
from tests.llm.silence import silent_errors
from tests.llm.tables import Style, document_of, made_table
from worker.assemble import put_together
from worker.llm.books import MemoryBooks, Purpose
from worker.llm.calls import Caller, Patience, Spent
from worker.llm.client import OpenAiEndpoint
from worker.llm.consult import Consultation
from worker.llm.pace import LocalPace, Rates

STYLES = (Style(), Style(lean=0.12, gap=60.0, indent=False), Style(ruled=True, wrap=True))
_KNOWN = {
    "ok", "model:truncated", "model:malformed", "model:refused", "model:timeout",
    "model:unreachable", "model:server",
}  # fmt: skip


@pytest.mark.real_model
def test_its_mistakes_are_caught_and_none_is_accepted_in_silence() -> None:
    url = os.environ["CROSSFOOT_PEER_MODEL_URL"]
    name = os.environ.get("CROSSFOOT_PEER_MODEL", "local")
    folder = os.environ.get("CROSSFOOT_PEER_MODEL_REPORT")
    oracle, lines = Oracle(), []
    plain = OpenAiEndpoint(url, "none", name)
    for number, style in enumerate(STYLES[: int(os.environ.get("CROSSFOOT_PEER_TABLES", "3"))]):
        made = made_table(501 + number, style, units=2, items=2)
        oracle.learn(made.truth)
        desk = MadeDesk([made.page], document_of(number))
        recorder, spent = Recorder(plain), Spent()
        patience = Patience(tries=2, call=580.0)
        caller = Caller(
            recorder, MemoryBooks(), LocalPace(Rates()), Purpose(str(number)), spent, PRICE,
            patience=patience,
        )  # fmt: skip
        before = silent_errors(put_together(desk.pages, desk.info).result, made.truth)
        result = Consultation([caller], "always").result(desk)
        assert set(silent_errors(result, made.truth)) <= set(before)
        assert {heard.category for heard in recorder.heard} <= _KNOWN
        found = sum((mistakes(heard, oracle) for heard in recorder.heard), Counter[str]())
        warned = sorted({w.code for w in result.warnings})
        lines.append({"table": number, "mistakes": found, "warnings": warned,
                      "heard": [asdict(heard) for heard in recorder.heard]})  # fmt: skip
        if folder:
            text = json.dumps(lines, ensure_ascii=False, indent=1)
            Path(folder, "real-model.json").write_text(text, encoding="utf-8")
        print(f"\ntable {number}: {len(recorder.heard)} calls, {dict(found)}, {warned}")
    plain.close()
