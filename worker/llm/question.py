"""One request to a model, whole: what it is told, what it is shown, the form of the answer."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from worker.llm.faults import Tokens

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said: by the program (``user``) or by the model (``assistant``)."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Question(Generic[A]):
    """``prompt`` names the prompt and its version, ``form`` is what the answer must be.

    ``told`` is the prompt itself, ``turns`` examples, the data, and after a complaint the
    answer complained of; ``image`` a PNG shown with the last turn; ``most`` bounds the
    answer, in tokens.
    """

    prompt: str
    told: str
    turns: tuple[Turn, ...]
    form: type[A]
    most: int
    image: bytes | None = None

    def messages(self) -> list[dict[str, Any]]:
        """The request's messages, in the form of the chat completions API."""
        said: list[dict[str, Any]] = [{"role": "system", "content": self.told}]
        said += [{"role": turn.role, "content": turn.text} for turn in self.turns]
        if self.image is not None:
            data = base64.b64encode(self.image).decode("ascii")
            said[-1]["content"] = [
                {"type": "text", "text": self.turns[-1].text},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
            ]
        return said

    def again(self, answer: str, complaint: str) -> Question[A]:
        """The question once more, with the answer that was given and what is wrong with it."""
        return replace(
            self,
            turns=(*self.turns, Turn("assistant", answer), Turn("user", complaint)),
            image=None,
        )

    def hash(self, model: str) -> str:
        """What tells this request, to this model, from every other."""
        whole = {
            "model": model,
            "messages": self.messages(),
            "form": self.form.model_json_schema(),
            "most": self.most,
        }
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def least_tokens(self) -> int:
        """About how many tokens the request has: a character of Chinese may be one.

        An image is counted as a thousand, which covers the crops that are sent.
        """
        letters = len(self.told) + sum(len(turn.text) for turn in self.turns)
        wide = sum(ord(c) > 0x2E80 for turn in self.turns for c in turn.text)
        schema = len(json.dumps(self.form.model_json_schema()))
        return (letters - wide + schema) // 3 + wide + 50 + (1000 if self.image else 0)


@dataclass(frozen=True, slots=True)
class Reply(Generic[A]):
    """An answer of the form asked for; ``cached``: it was paid for before."""

    answer: A
    text: str
    tokens: Tokens
    seconds: float
    cached: bool = False


def what_is_wrong(error: BaseException) -> str:
    """What is wrong with an answer, in words that the model can be told."""
    if isinstance(error, ValidationError):
        parts = [
            f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)[:4]
        ]
        return "the answer does not have the form asked for: " + "; ".join(parts)
    return "the answer is no JSON of the form asked for."
