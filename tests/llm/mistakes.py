"""What a model got wrong, by kind: its answers beside the true ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.llm.oracle import Oracle
from worker.llm.endpoint import Endpoint
from worker.llm.faults import ModelFault
from worker.llm.question import A, Question, Reply


@dataclass
class Heard:
    """One call: what was asked, what came, and in what time."""

    form: str
    asked: str
    complaint: str
    text: str
    category: str
    seconds: float
    tokens: tuple[int, int]


@dataclass
class Recorder:
    """An endpoint that passes everything on and remembers it."""

    inner: Endpoint
    heard: list[Heard] = field(default_factory=list)

    @property
    def model(self) -> str:
        return self.inner.model

    def send(self, question: Question[A], seconds: float) -> Reply[A]:
        data = [t.text for t in question.turns if t.text.startswith("<ink")][-1]
        last = question.turns[-1].text
        complaint = "" if last == data else last
        form = question.form.__name__
        try:
            reply = self.inner.send(question, seconds)
        except ModelFault as fault:
            used = (fault.tokens.input, fault.tokens.output)
            self.heard.append(Heard(form, data, complaint, fault.text, fault.category, 0.0, used))
            raise
        used = (reply.tokens.input, reply.tokens.output)
        self.heard.append(Heard(form, data, complaint, reply.text, "ok", reply.seconds, used))
        return reply


def mistakes(heard: Heard, oracle: Oracle) -> Counter[str]:
    """The kinds of mistake in one answer, each with how often it was made."""
    if heard.category != "ok":
        return Counter({f"no answer ({heard.category})": 1})
    said, true = json.loads(heard.text), oracle.answer(heard.form, heard.asked)
    kinds = _in_head if heard.form == "HeadAnswer" else _in_block
    return Counter(kinds(said, true))


def _in_head(said: dict[str, Any], true: dict[str, Any]) -> Iterator[str]:
    if len(said["columns"]) != len(true["columns"]):
        yield "wrong number of columns"
    for mine, theirs in zip(true["columns"], said["columns"], strict=False):
        if mine["ids"] != theirs["ids"]:
            yield "header of another column"
        elif mine["name"] != theirs["name"]:
            yield "header altered"
        if mine["kind"] != theirs["kind"]:
            yield "kind of column"
    if said["body"] != true["body"]:
        yield "first row"


def _in_block(said: dict[str, Any], true: dict[str, Any]) -> Iterator[str]:
    places = {
        i: (n, c["c"]) for n, r in enumerate(true["rows"]) for c in r["cells"] for i in c["ids"]
    }
    seen: Counter[int] = Counter()
    for row in said["rows"]:
        home = Counter(places[i][0] for c in row["cells"] for i in c["ids"] if i in places)
        here = home.most_common(1)[0][0] if home else None
        for cell in row["cells"]:
            for i in cell["ids"]:
                seen[i] += 1
                if i not in places:
                    yield "piece that is not there"
                elif places[i][0] != here:
                    yield "piece of another row"
                elif places[i][1] != cell["c"]:
                    yield "wrong column"
        if here is not None:
            if row["label"] != true["rows"][here]["label"]:
                yield "label altered"
            if row["under"] != true["rows"][here]["under"]:
                yield "wrong parent"
    yield from ("piece left out" for i in places if not seen[i] and i not in said["outside"])
    yield from ("piece said to be outside" for i in places if i in said["outside"])
    yield from ("piece used twice" for n in seen.values() if n > 1)
