"""The only module that knows openai and instructor: one question, one HTTP call.

Nothing is sent twice here; what becomes of a fault is decided in :mod:`worker.llm.calls`.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx2
import instructor
import openai
from instructor.core.exceptions import IncompleteOutputException, InstructorRetryException
from instructor.core.hooks import Hooks
from pydantic import BaseModel, ValidationError

from worker.llm.faults import (
    Declined,
    Filtered,
    Malformed,
    Misconfigured,
    ModelFault,
    RateLimited,
    ServerFault,
    TimedOut,
    Tokens,
    Truncated,
    Unreachable,
)
from worker.llm.question import A, Question, Reply, what_is_wrong

_LONGEST_WAIT = 3600.0

# They write answers, and what endpoints say of a refused key, into the log at ERROR.
for _name in ("instructor", "openai", "httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class OpenAiEndpoint:
    """Any endpoint that speaks OpenAI's chat completions.

    ``url`` is the address up to ``/v1``; ``transport`` stands in for the network in tests.
    """

    url: str
    key: str = field(repr=False)
    model: str
    transport: httpx2.BaseTransport | None = None

    @cached_property
    def _client(self) -> Any:
        # No environment: a proxy or an address from there could take what the settings don't say.
        http = httpx2.Client(transport=self.transport, trust_env=False)
        plain = openai.OpenAI(base_url=self.url, api_key=self.key, max_retries=0, http_client=http)
        return instructor.from_openai(plain, mode=instructor.Mode.JSON_SCHEMA)

    def send(self, question: Question[A], seconds: float) -> Reply[A]:
        started = time.perf_counter()
        heard = _Heard()
        answer = self._ask(question, seconds, heard)
        return Reply(answer, heard.text, heard.tokens, time.perf_counter() - started)

    def close(self) -> None:
        """Ends the connections that are kept open."""
        if "_client" in self.__dict__:
            self._client.client.close()

    def _ask(self, question: Question[A], seconds: float, heard: _Heard) -> A:
        hooks = Hooks()
        hooks.on("completion:response", heard.hear)
        try:
            found: A = self._client.chat.completions.create(
                model=self.model,
                messages=question.messages(),
                response_model=question.form,
                max_tokens=question.most,
                temperature=0.0,
                max_retries=0,
                timeout=seconds,
                hooks=hooks,
            )
        except IncompleteOutputException as error:
            raise heard.fault() or Truncated(_CUT, heard.tokens, heard.text) from error
        except InstructorRetryException as error:
            cause = error.__cause__ if error.__cause__ is not None else error
            raise _api_fault(cause) or heard.fault() or heard.malformed(cause) from error
        except openai.OpenAIError as error:
            raise _api_fault(error) or heard.malformed(error) from error
        except (ValidationError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise heard.fault() or heard.malformed(error) from error
        withheld = heard.fault()
        if withheld is not None:
            raise withheld
        return _bare(found, question.form)


_CUT = "the model's answer was cut off at its limit of tokens."


def _bare(found: Any, form: type[A]) -> A:
    """The answer as what was asked for, without what instructor hangs on it."""
    held: BaseModel = found
    return form.model_validate(held.model_dump())


class _Heard:
    """What the endpoint said in one HTTP call: copied before anything changes it."""

    def __init__(self) -> None:
        self.tokens = Tokens()
        self.text = ""
        self.refusal = ""
        self.finish = ""

    def hear(self, response: Any) -> None:
        usage = getattr(response, "usage", None)
        self.tokens = Tokens(
            _count(getattr(usage, "prompt_tokens", 0)),
            _count(getattr(usage, "completion_tokens", 0)),
        )
        choices = getattr(response, "choices", None) or []
        if choices:
            message = getattr(choices[0], "message", None)
            self.text = str(getattr(message, "content", None) or "")
            self.refusal = str(getattr(message, "refusal", None) or "")
            self.finish = str(getattr(choices[0], "finish_reason", None) or "")

    def fault(self) -> ModelFault | None:
        """What the answer says of itself, before anybody looks at its form."""
        if self.finish == "content_filter":
            said = "a content filter kept the model from answering."
            return Filtered(said, self.tokens, self.text)
        if self.refusal:
            return Declined("the model refused to answer.", self.tokens, self.refusal)
        if self.finish == "length":
            return Truncated(_CUT, self.tokens, self.text)
        return None

    def malformed(self, error: BaseException) -> Malformed:
        return Malformed(what_is_wrong(error), self.tokens, self.text)


def _count(said: Any) -> int:
    return said if isinstance(said, int) and said >= 0 else 0


def _api_fault(error: BaseException) -> ModelFault | None:
    """Errors of the endpoint and of the way to it; None where it did answer."""
    match error:
        case openai.APITimeoutError():
            return TimedOut("the model did not answer in time.")
        case openai.APIConnectionError():
            return Unreachable("no connection to the model.")
        case openai.RateLimitError():
            return RateLimited("the endpoint says that it is asked too often.", _wait(error))
        case openai.APIStatusError():
            return _by_status(error)
        case openai.APIResponseValidationError():
            return None
        case _:
            return None


def _by_status(error: openai.APIStatusError) -> ModelFault:
    status = error.status_code
    if status >= 500 or status in (408, 409, 425):
        return ServerFault(f"the endpoint failed (HTTP {status}).", _wait(error))
    if status == 400 and "content_filter" in str(error.body):
        return Filtered("a content filter kept the question from the model.")
    what = {
        401: "the key is not accepted: see CROSSFOOT_MODEL_KEY",
        403: "the key may not do this: see CROSSFOOT_MODEL_KEY",
        404: "there is no such model or address: see CROSSFOOT_MODEL and CROSSFOOT_MODEL_URL",
    }.get(status, "the endpoint does not take such requests: try crossfoot model check")
    return Misconfigured(f"{what} (HTTP {status}).")


def _wait(error: openai.APIStatusError) -> float | None:
    """What Retry-After asks for, in seconds; a date counts from now."""
    said = error.response.headers.get("retry-after", "")
    try:
        return min(max(float(said), 0.0), _LONGEST_WAIT)
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(said).timestamp()
    except (TypeError, ValueError):
        return None
    return min(max(until - time.time(), 0.0), _LONGEST_WAIT)
