"""One question, one HTTP call; every fault by its name, its tokens counted, no key told."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel

from tests.canaries import MODEL_KEY as KEY
from worker.llm.client import OpenAiEndpoint
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
from worker.llm.question import Question, Turn


class Sum(BaseModel):
    total: int


ASKED = Question("sum.v1", "add up", (Turn("user", "1 2"),), Sum, 50)


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> bytes:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return json.dumps({
        "id": "x", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }).encode()  # fmt: skip


def endpoint(answer: Any) -> tuple[OpenAiEndpoint, list[httpx2.Request]]:
    sent: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        return httpx2.Response(status, content=body, headers=headers)

    return OpenAiEndpoint("http://model/v1", KEY, "m", httpx2.MockTransport(handle)), sent


def test_an_answer_comes_with_what_it_used() -> None:
    held, sent = endpoint((200, completion('{"total": 3}'), {}))
    reply = held.send(ASKED, 5)
    held.close()
    assert reply.answer == Sum(total=3)
    assert reply.tokens == Tokens(7, 3)
    body = json.loads(sent[0].content)
    assert body["messages"][0] == {"role": "system", "content": "add up"}
    assert body["response_format"]["type"] == "json_schema"
    assert body["max_tokens"] == 50


@pytest.mark.parametrize(
    ("answer", "kind", "tokens"),
    [
        ((200, completion('{"to', "length"), {}), Truncated, 10),
        ((200, completion(None, refusal="no"), {}), Declined, 10),
        ((200, completion("", "content_filter"), {}), Filtered, 10),
        ((200, completion('{"total": 3}', "content_filter"), {}), Filtered, 10),
        ((200, completion(""), {}), Malformed, 10),
        ((200, completion("so it is 3"), {}), Malformed, 10),
        ((200, completion('{"total": "three"}'), {}), Malformed, 10),
        ((200, b"<html>oops</html>", {}), Malformed, 0),
        ((200, b"[]", {}), Malformed, 0),
        ((200, b'{"choices": []}', {}), Malformed, 0),
        ((429, b"{}", {"retry-after": "7"}), RateLimited, 0),
        ((500, b"oops", {}), ServerFault, 0),
        ((529, b"oops", {}), ServerFault, 0),
        ((401, json.dumps({"error": {"message": f"bad {KEY}"}}).encode(), {}), Misconfigured, 0),
        ((404, b"{}", {}), Misconfigured, 0),
        ((400, b'{"error": {"code": "content_filter"}}', {}), Filtered, 0),
        (httpx2.ReadTimeout("slow"), TimedOut, 0),
        (httpx2.ConnectError("refused"), Unreachable, 0),
        (httpx2.ReadError("reset"), Unreachable, 0),
    ],
)
def test_every_fault_has_its_name_and_costs_one_call(
    answer: Any, kind: type[ModelFault], tokens: int, caplog: pytest.LogCaptureFixture
) -> None:
    held, sent = endpoint(answer)
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelFault) as caught:
        held.send(ASKED, 5)
    held.close()
    assert type(caught.value) is kind
    assert caught.value.tokens.input + caught.value.tokens.output == tokens
    assert len(sent) == 1
    assert KEY not in caplog.text + str(caught.value) + repr(held)


def test_retry_after_is_told_in_seconds_or_as_a_date() -> None:
    held, _ = endpoint((429, b"{}", {"retry-after": "7"}))
    with pytest.raises(RateLimited) as caught:
        held.send(ASKED, 5)
    assert caught.value.wait == 7.0
    held.close()
    held, _ = endpoint((503, b"", {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}))
    with pytest.raises(ServerFault) as late:
        held.send(ASKED, 5)
    assert late.value.wait == 0.0
    held.close()
