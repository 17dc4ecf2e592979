"""The port behind which a model stands; its implementation is :mod:`worker.llm.client`."""

from __future__ import annotations

from typing import Protocol

from worker.llm.question import A, Question, Reply


class Endpoint(Protocol):
    """A model that can be asked; ``model`` is its name, the same in logs and price tables."""

    @property
    def model(self) -> str: ...

    def send(self, question: Question[A], seconds: float) -> Reply[A]:
        """The answer within ``seconds``.

        Raises:
            ModelFault: if there is none; its kind says why.
        """
