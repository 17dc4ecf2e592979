"""The shells of the review pages, as a browser gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi import FastAPI

from schemas.errors import CrossfootError, EngineError, InputError
from service.palette import VERDICTS
from service.web.language import LANGUAGES, language_of, messages
from service.web.pages import add_pages
from tests.asgi import ask

STATIC = Path(str(files("service.web").joinpath("static")))
PATHS = ("/", "/batches", "/review", "/documents/0123", "/login")


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    add_pages(made)
    return made


class Loads(HTMLParser):
    """What a page would load or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.unnamed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.addresses += [held[n] or "" for n in ("src", "href", "action") if n in held]
        self.inline += [name for name in held if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in held):
            self.inline.append(tag)
        if tag == "img" and "alt" not in held:
            self.unnamed.append("img")


@pytest.mark.parametrize("path", PATHS)
def test_pages_load_from_this_host_alone_and_run_nothing_inline(app: FastAPI, path: str) -> None:
    found = Loads(ask(app, path).text)
    assert found.addresses
    assert all(re.match(r"/(?!/)|#", address) for address in found.addresses)
    assert (found.inline, found.unnamed) == ([], [])


@pytest.mark.parametrize("path", PATHS)
def test_everything_that_a_page_names_is_there(app: FastAPI, path: str) -> None:
    for address in Loads(ask(app, path).text).addresses:
        if address.startswith(("/static/", "/palette")):
            assert ask(app, address).status_code == 200


def test_modules_and_styles_name_no_other_host() -> None:
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "innerHTML" not in text
        assert "insertAdjacentHTML" not in text
        assert not re.search(r"https?://", text)


def test_both_languages_say_the_same_things() -> None:
    first, second = (_plain(messages(language)) for language in LANGUAGES)
    assert first.keys() == second.keys()
    for key, text in first.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", second[key])), key


def _plain(words: Mapping[str, str]) -> dict[str, str]:
    """All but the reasons of failures, which the service itself says in English."""
    return {key: text for key, text in words.items() if not key.startswith("why.")}


def test_every_failure_of_a_file_has_its_reason_in_chinese() -> None:
    found: list[type[CrossfootError]] = [InputError, EngineError]
    for error in found:
        found += error.__subclasses__()
    said = messages("zh")
    categories = {error.category for error in found if ":" in error.category}
    assert len(categories) > 5
    assert {category for category in categories if f"why.{category}" not in said} == set()


def test_every_message_that_a_module_asks_for_exists() -> None:
    asked = {
        key
        for path in STATIC.glob("*.js")
        for key in re.findall(r'(?:say\(|, )"([a-z]+\.[A-Za-z_]+)"', path.read_text("utf-8"))
    }
    assert len(asked) > 60
    assert asked - messages("en").keys() == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de,en;q=0.5,zh;q=0.7", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.3", "en"),
        ("fr", "en"),
        ("", "en"),
        ("zh;q=nonsense,en", "en"),
    ],
)
def test_the_language_is_the_browsers(header: str, language: str) -> None:
    assert language_of(None, header) == language
    assert language_of("zh", header) == "zh"
    assert language_of("xx", header) == language


def test_a_chosen_language_is_kept(app: FastAPI) -> None:
    answer = ask(app, "/language/zh?back=/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    chosen = answer.headers["set-cookie"].partition(";")[0]
    text = ask(app, "/", headers={"cookie": chosen, "accept-language": "en"}).text
    assert '<html lang="zh-CN">' in text


@pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/\\x"])
def test_choosing_a_language_leads_to_no_other_host(app: FastAPI, back: str) -> None:
    answer = ask(app, "/language/en", params={"back": back})
    assert answer.headers["location"] == "/"


def test_signing_in_leads_to_no_other_host(app: FastAPI) -> None:
    assert 'data-back="/"' in ask(app, "/login?back=//elsewhere.example").text
    assert 'data-back="/review"' in ask(app, "/login?back=/review").text


def test_verdicts_have_the_colours_of_the_workbook(app: FastAPI) -> None:
    css = ask(app, "/palette.css").text
    for name, look in VERDICTS.items():
        assert f"--verdict-{name}-fill: {look.fill};" in css


def test_a_document_id_can_not_break_out_of_the_page(app: FastAPI) -> None:
    text = ask(app, "/documents/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E").text
    assert "<script>alert" not in text


def test_messages_come_as_json(app: FastAPI) -> None:
    assert json.loads(ask(app, "/messages/zh.json").text)["nav.review"] == "复核"
    assert ask(app, "/messages/xx.json").json()["nav.review"] == "Review"
