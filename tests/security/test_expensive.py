"""A85: expensive words are cut, answered or refused, never worked through; A34: what an error
repeats is text."""

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from houqin.areas.repairs.tests.scene import Scene
from houqin.ui.register import sheets
from tests.browser.poison import PAYLOADS

TEN = 10_000
LONG = (
    "a" * TEN,
    "三" * TEN,
    "%_" * (TEN // 2),
    "[" * TEN,
    "(" * TEN,
    "<a" * (TEN // 2),
    "a b " * (TEN // 4),
    "ﷺ" * TEN,
    '"' * TEN,
    "* OR " * (TEN // 5),
)
LISTS = ("/search/", "/repairs/repairs/", "/house/people/", "/house/places/")


@pytest.mark.parametrize("words", LONG, ids=[word[:5] for word in LONG])
def test_a_search_of_ten_thousand_signs_is_bounded_and_answered(web, words):
    """The same few questions as for one word, each short; a page with its sentence, no error."""
    someone = web.as_("director")
    for where in LISTS:
        someone.get(where, {"q": "灯"})
        with CaptureQueriesContext(connection) as asked:
            page = someone.get(where, {"q": words})
        assert page.status_code == 200, where
        assert max(len(one["sql"]) for one in asked) < 20_000 and len(asked) < 60, where
        assert len(page.content) < 400_000, where


def test_too_many_words_are_413_and_so_is_a_long_body(web):
    someone = web.as_("director")
    assert someone.post("/house/people/new/", {f"k{n}": "x" for n in range(5_000)}).status_code == 413
    assert someone.post("/house/people/new/", {"name": "x" * 3_000_000}).status_code == 413


@pytest.mark.parametrize("text", LONG[:6], ids=[word[:5] for word in LONG[:6]])
def test_a_long_text_in_a_form_is_refused_beside_its_field(web, cast, text):
    matter = Scene.of(cast).report()
    answer = web.as_("teacher").send(f"/matters/{matter.number}/nudge/", {"note": text})
    assert (answer.status_code, "太长" in answer.content.decode()) == (422, True)


# ── errors (A34) ──────────────────────────────────────────────────────────────────────────────────────────


def literal(html: str) -> bool:
    """No payload stands in it but as text."""
    active = ("<img src=x", "<svg/onload", "<script>alert", "' onfocus=alert", "<iframe srcdoc")
    return not any(mark in html for mark in active) and not re.search(r"[>\"]\$?49[<\"]", html)


@pytest.mark.parametrize("text", PAYLOADS, ids=[str(n) for n in range(len(PAYLOADS))])
def test_errors_repeat_what_was_sent_as_text_only(web, cast, text, monkeypatch):
    someone, scene = web.as_("director"), Scene.of(cast)
    matter = scene.report()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies, ours = someone.cookies, {"Sec-Fetch-Site": "same-origin"}
    answers = [
        someone.get(f"/{text}/", {"q": text}),
        someone.get(f"/matters/{text.replace('/', '')}/", {"next": text}),
        someone.get("/search/", {"q": text}),
        someone.get("/repairs/repairs/", {"q": text, "sort": text, "view": text, text: text}),
        someone.get("/scan/", {"code": text}),
        web.visitor.get("/repairs/look/", {"code": text}),
        web.visitor.get("/login/", {"next": text}),
        someone.send(f"/matters/{matter.number}/nudge/", {"note": text, text: text}),
        someone.send(f"/matters/{matter.number}/nudge/", {text: text}, headers={"HX-Request": "true"}),
        strict.post("/house/people/new/", {"name": text, text: text}, headers=ours),
        someone.post("/house/people/new/", {f"{text}{n}": text for n in range(2_500)}),
        someone.get("/", headers={"host": "evil.example"}, QUERY_STRING=text),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    for answer in answers:
        assert literal(answer.content.decode()), answer.wsgi_request.path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("text", PAYLOADS, ids=[str(n) for n in range(len(PAYLOADS))])
def test_a_sheet_full_of_it_is_repeated_as_text(web, text):
    """In the head, the cells, the sheet's name and the file's name; read, wrong, and sent back."""
    someone = web.as_("director")
    title = re.sub(r"[\[\]:*?/\\]", "", text)[:30].strip("'")
    for head in (text, "电话"):
        file = io.BytesIO()
        heads = [sheets.Column(name) for name in ("代码", "姓名", head)]
        sheets.build_sheet(file, heads, [["xss", text, text]], title=title)
        sent = SimpleUploadedFile(f"{text}.xlsx", file.getvalue())
        answer = someone.post("/house/people/import/", {"file": sent}, follow=True)
        assert answer.status_code in (200, 422)
        assert literal(answer.content.decode())


@pytest.mark.parametrize("text", PAYLOADS, ids=[str(n) for n in range(len(PAYLOADS))])
def test_json_opened_directly_is_json(web, text):
    answer = web.as_("director").get(f"/api/{text}", {"q": text})
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (404, "nosniff")
    assert answer.headers["Content-Type"] in ("application/json", "application/json; charset=utf-8")
    assert "error" in json.loads(answer.content)
