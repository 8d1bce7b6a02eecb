"""接口: every register, matter and slip of every area over the API, with the page's answers.

Seen to fail once each, the guard taken away: the stamp of rights in `bearer._known` (a withdrawn token went
on), `must_have` (a reading token wrote), `seen_columns` in `api/registers.py` (a teacher read phones), the
step in `_taken` (the second answer spoke of a later step), `extra="forbid"` of the bodies.
"""

import json
import logging
from typing import get_args

import pytest
from django import forms

from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.models import FaultType, Repair
from houqin.areas.repairs.tests.scene import Scene
from houqin.kernel.area import areas, slip_for
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.actions import logins, tokens
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.school.models import School
from houqin.ui import bearer
from houqin.ui.api.bodies import model_of, type_of
from houqin.ui.fields import PhotosField, SignatureField
from tests.api import ROOT, caller, nobody, sentence

KNOWN_AS_TEXT = (
    forms.CharField, forms.ChoiceField, forms.DateField, forms.DateTimeField, forms.TimeField, SignatureField,
)  # fmt: skip
REGISTERS = [(area, register) for area in areas() for register in area.registers]
each_register = pytest.mark.parametrize(
    "area,register", REGISTERS, ids=[f"{area.key}/{register.key}" for area, register in REGISTERS]
)


@pytest.fixture
def scene(cast, web) -> Scene:
    """With the cast's clock on the web, too."""
    bearer._borne.clear()
    return Scene.of(cast)


@pytest.fixture
def document(web) -> dict:
    return nobody().ask("/openapi.json").json()


# ── registers ───────────────────────────────────────────────────────────────────────────────────────────────


@each_register
def test_what_a_page_would_leave_out_is_refused(scene, area, register):
    director, where = caller(scene.cast, "director"), f"/{area.key}/{register.key}"
    odd = [{"no": "1"}, {"sort": "password"}, {"page": "0"}, {"page": "x"}, {"view": "no"}, {"q": "长" * 61},
           {"q": ["a", "b"]}, {"after": "9" * 30}, {"after": "0"}, {"before": "0"}, {"as": "xlsx"},
           {"page": "1", "after": "1"}, {"after": "1", "before": "1"}, {"size": "1000000"}]  # fmt: skip
    assert [director.ask(where, **asked).status_code for asked in odd] == [422] * len(odd)


def test_a_list_goes_on_by_key(scene, monkeypatch):
    monkeypatch.setattr("houqin.ui.api.registers.SIZE", 2)
    for _ in range(5):
        scene.report()
    director = caller(scene.cast, "director")
    first = director.ask("/repairs/repairs", view="all").json()
    second = director.ask("/repairs/repairs", view="all", after=first["next"]).json()
    third = director.ask("/repairs/repairs", view="all", after=second["next"]).json()
    assert [len(page["rows"]) for page in (first, second, third)] == [2, 2, 1]
    assert (first["total"], first["more"], third["next"]) == (5, False, None)
    assert director.ask("/repairs/repairs", view="all", after=10**6).status_code == 422


def test_values_are_typed(scene):
    matter = scene.report(code="W18")
    row = caller(scene.cast, "director").ask("/repairs/repairs", q=matter.number).json()["rows"][0]
    assert (row["number"], row["parts_fen"], row["matter__opened_at"]) == (matter.number, None, "2026-11-23")
    assert row["matter__state"] == {"code": "reported", "label": "等派工"}
    assert row["matter__due_at"].endswith("+08:00")


def test_a_column_kept_back_is_not_there(scene):
    mine = caller(scene.cast, "teacher").ask("/house/people").json()["rows"][0]
    office = caller(scene.cast, "director").ask("/house/people").json()["rows"][0]
    assert ("phone" in mine, "phone" in office) == (False, True)


def test_rows_are_those_the_person_sees(scene):
    matter = scene.report("class-teacher")
    found = {
        role: caller(scene.cast, role).ask("/repairs/repairs", q=matter.number).json()["total"]
        for role in ("class-teacher", "director", "gardener")
    }
    assert found == {"class-teacher": 1, "director": 1, "gardener": 0}


def test_a_list_of_others_is_not_opened(scene):
    answer = caller(scene.cast, "teacher").ask("/repairs/faults")
    assert (answer.status_code, "归" in sentence(answer)) == (403, True)


# ── matters ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_matter_says_what_may_be_done_and_what_it_asks(scene):
    matter = scene.report()
    told = caller(scene.cast, "repairman").ask(f"/matters/{matter.number}").json()
    assert (told["state"]["code"], told["holder"], [e["step"] for e in told["events"]]) == (
        "assigned", "李师傅", ["open"],
    )  # fmt: skip
    steps = {step["step"]: step for step in told["steps"]}
    assert list(steps) == ["finish", "arrive", "pause", "pass_on", "ask_contractor", "merge"]
    assert [field["name"] for field in steps["finish"]["fields"]] == ["cause", "fix", "parts", "photos"]
    worker = steps["pass_on"]["fields"][0]
    assert [choice["label"] for choice in worker["choices"]] == ["赵师傅"]
    assert isinstance(worker["choices"][0]["value"], int)


def test_one_reports_another_repairs_the_first_signs(scene):
    teacher, worker = caller(scene.cast, "teacher"), caller(scene.cast, "repairman")
    asks = {field["name"]: field for field in teacher.ask("/repairs/repair/new").json()["fields"]}
    kind = next(c["value"] for c in asks["fault_type"]["choices"] if c["value"] == scene.types["W04"].pk)
    said = {
        "place": scene.cast.place("c32").pk,
        "fault_type": kind,
        "detail": "桌腿松了",
    }
    opened = teacher.send("/repairs/repair/new", said).json()
    number = opened["number"]
    part = {"name": "木螺丝", "quantity_milli": 4000, "unit": "颗", "price_fen": 15}
    finished = worker.send(f"/matters/{number}/finish", {"cause": "wear", "fix": "紧固", "parts": [part]})
    signed = teacher.send(f"/matters/{number}/sign", {"rating": 5, "signature": "click"})
    assert (opened["state"]["code"], finished.json()["state"]["code"], signed.json()["state"]["code"]) == (
        "assigned", "fixed", "signed",
    )  # fmt: skip
    repair = Repair.objects.get(matter__number=number)
    assert (repair.parts_fen, repair.rating) == (60, 5)
    assert [event.via for event in repair.matter.events.order_by("pk")] == ["api"] * 3


def test_photos_come_as_parts_beside_the_fields(scene, tmp_path):
    from io import BytesIO

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    drawn = BytesIO()
    Image.new("RGB", (64, 48), "#d8d3c8").save(drawn, "JPEG")
    matter = scene.report(code="W02", detail="灯不亮")
    said = {"fields": json.dumps({"cause": "wear", "fix": "换新"})}
    electrician = caller(scene.cast, "electrician")
    url = f"{ROOT}/matters/{matter.number}/finish"
    bare = electrician.post(url, said)
    photo = SimpleUploadedFile("灯.jpg", drawn.getvalue(), "image/jpeg")
    good = electrician.post(url, said | {"photos": photo})
    assert (bare.status_code, bare.json()["error"]["fields"], good.status_code) == (
        422, {"photos": ["“修好的照片”还没有，拍一张再交"]}, 200,
    )  # fmt: skip
    files = electrician.ask(f"/matters/{matter.number}").json()["events"][0]["files"]
    assert [file["type"] for file in files] == ["image/jpeg"]


@pytest.mark.parametrize(
    "said,field",
    [
        ({"cause": "wear"}, "fix"),
        ({"cause": "wear", "fix": ""}, "fix"),
        ({"cause": "moon", "fix": "换新"}, "cause"),
        ({"cause": "wear", "fix": 1}, "fix"),
        ({"cause": "wear", "fix": "新" * 201}, "fix"),
        ({"cause": "wear", "fix": "换新", "state": "signed"}, "state"),
        ({"cause": "wear", "fix": "换新", "_op": "12345678"}, "_op"),
        ({"cause": "wear", "fix": "换新", "csrfmiddlewaretoken": "x"}, "csrfmiddlewaretoken"),
        ({"cause": "wear", "fix": "换新", "parts": [{"name": "灯管"}]}, "parts"),
        ({"cause": "wear", "fix": "换新", "parts": "灯管"}, "parts"),
        ('{"cause": "wear", "fix": "换新", "fix": "疏通"}', None),
        ('{"cause": "wear", "fix": "\\ud800"}', "fix"),
        ('{"cause": "wear", "fix": "a\\u0000b"}', "fix"),
        ('{"cause": "wear"', None),
        ('{"cause": NaN, "fix": "换新"}', None),
        ("[" * 5000, None),
        ([1], ""),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_field(scene, said, field):
    matter = scene.report()
    answer = caller(scene.cast, "repairman").send(f"/matters/{matter.number}/finish", said)
    fields = answer.json()["error"]["fields"]
    assert (answer.status_code, set(fields)) == (422, set() if field is None else {field})
    assert Event.objects.filter(matter=matter).count() == 1


def test_another_kind_of_content_is_refused(scene):
    matter = scene.report()
    form = caller(scene.cast, "repairman").post(
        f"{ROOT}/matters/{matter.number}/finish",
        "cause=wear&fix=1",
        content_type="application/x-www-form-urlencoded",
    )
    assert (form.status_code, Event.objects.filter(matter=matter).count()) == (422, 1)


def test_not_seen_not_yours_too_late(scene):
    matter = scene.report("class-teacher")
    at, late = f"/matters/{matter.number}/finish", f"/matters/{matter.number}/sign"
    said = {"cause": "wear", "fix": "紧固"}
    answers = [
        caller(scene.cast, "gardener").send(at, said), caller(scene.cast, "class-teacher").send(at, said),
        caller(scene.cast, "class-teacher").send(late, {"signature": "click"}),
        caller(scene.cast, "director").send(f"/matters/{matter.number}/no-such", {}),
        caller(scene.cast, "director").send(f"/matters/{matter.number}/join", {}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404, 403, 409, 404, 404]
    assert answers[0].json()["error"]["fields"] == {}


def test_who_may_not_is_told_so_before_what_was_sent_is_looked_at(scene):
    matter = scene.report("class-teacher")
    answer = caller(scene.cast, "class-teacher").send(f"/matters/{matter.number}/finish", {"nonsense": 1})
    assert answer.status_code == 403


def test_an_approval_is_not_given_by_a_token(scene):
    """A page asks for the password again; a token has none."""
    matter = scene.report()
    facts = {"contractor": "青禾水电", "cost_fen": 20000, "note": "要登高"}
    asked = caller(scene.cast, "repairman").send(f"/matters/{matter.number}/ask_contractor", facts)
    agreed = caller(scene.cast, "director").send(f"/matters/{matter.number}/agree", {})
    assert (asked.status_code, agreed.status_code, "密码" in sentence(agreed)) == (200, 403, True)


def test_an_id_from_elsewhere_is_no_choice(scene):
    """A teacher's fault type, place or worker is one that the page would have offered."""
    matter = scene.report(code="W18")
    guard = scene.cast["guard"].pk
    answer = caller(scene.cast, "director").send(f"/matters/{matter.number}/dispatch", {"worker": guard})
    assert (answer.status_code, set(answer.json()["error"]["fields"])) == (422, {"worker"})
    FaultType.objects.filter(code="W04").update(closed_on="2026-09-01")
    said = {"place": scene.cast.place("c32").pk, "fault_type": scene.types["W04"].pk, "detail": "坏了"}
    closed = caller(scene.cast, "teacher").send("/repairs/repair/new", said)
    assert (closed.status_code, set(closed.json()["error"]["fields"])) == (422, {"fault_type"})


# ── once ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_honoured_once_with_the_same_answer(scene):
    matter = scene.report()
    worker, at = caller(scene.cast, "repairman"), f"/matters/{matter.number}/finish"
    said = {"cause": "wear", "fix": "紧固"}
    first, second = (worker.send(at, said, op="intent-0001") for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    repairs.reopen(scene.again(matter), note="又松了", act=scene.act("teacher"))
    assert worker.send(at, said, op="intent-0001").json() == first.json()
    other = worker.send(at, said | {"fix": "换新"}, op="intent-0001")
    nonsense = worker.send(at, {"fix": 1}, op="intent-0001")
    assert (other.status_code, nonsense.status_code) == (422, 422)
    assert Event.objects.filter(matter=matter, step="finish").count() == 1


def test_an_opening_sent_twice_is_one_matter(scene):
    teacher = caller(scene.cast, "teacher")
    said = {"place": scene.cast.place("c32").pk, "fault_type": scene.types["W04"].pk, "detail": "桌腿松了"}
    first, second = (teacher.send("/repairs/repair/new", said, op="intent-0002") for _ in range(2))
    assert (first.status_code, first.json(), Matter.objects.count()) == (200, second.json(), 1)


def test_a_key_that_is_none_is_refused(scene):
    matter = scene.report()
    answer = caller(scene.cast, "teacher").send(f"/matters/{matter.number}/nudge", {}, op="no key!")
    assert (answer.status_code, Event.objects.filter(matter=matter).count()) == (422, 1)


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["", "hq_wrong", "hq_" + "a" * 300, "令牌"])
def test_no_token_or_a_wrong_one_is_sent_away(scene, token):
    answer = nobody(token.encode().decode("latin-1")).ask("/repairs/repairs")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="houqin"')


def test_the_way_is_read_in_any_case_and_from_the_head_only(scene):
    good = caller(scene.cast, "teacher")
    token = good.row.token
    shouted = nobody().get(f"{ROOT}/repairs/repairs", headers={"Authorization": f"BEARER {token}"})
    written = nobody().ask("/repairs/repairs", token=token)
    both = good.ask("/repairs/repairs", access_token=token)
    assert (shouted.status_code, written.status_code, both.status_code) == (200, 401, 422)


def test_a_cookie_does_not_open_the_api_nor_a_token_a_page(scene, web):
    assert web.as_("director").get(f"{ROOT}/repairs/repairs").status_code == 401
    assert caller(scene.cast, "director").get("/repairs/repairs/").status_code == 302


def test_a_token_withdrawn_is_dead_at_once(scene):
    teacher = caller(scene.cast, "teacher")
    assert teacher.ask("/repairs/repairs").status_code == 200
    tokens.withdraw(teacher.row, act=scene.act("teacher"))
    assert teacher.ask("/repairs/repairs").status_code == 401


def test_a_token_ends_on_its_day(scene):
    teacher = caller(scene.cast, "teacher", days=1)
    assert teacher.ask("/repairs/repairs").status_code == 200
    scene.cast.minutes += 24 * 60
    assert teacher.ask("/repairs/repairs").status_code == 401


def test_a_closed_login_closes_its_tokens_for_good(scene):
    teacher = caller(scene.cast, "teacher")
    assert teacher.ask("/repairs/repairs").status_code == 200
    logins.deactivate(scene.cast["teacher"].user, act=scene.act("admin"))
    assert teacher.ask("/repairs/repairs").status_code == 401
    logins.reactivate(scene.cast["teacher"].user, act=scene.act("admin"))
    assert teacher.ask("/repairs/repairs").status_code == 401


def test_a_leaver_is_out(scene):
    teacher = caller(scene.cast, "teacher")
    Person.objects.filter(code="teacher").update(left_on="2026-11-20")
    assert teacher.ask("/repairs/repairs").status_code == 401


def test_a_duty_taken_away_is_gone_from_the_token(scene):
    from houqin.kernel.people import actions as people

    director = caller(scene.cast, "director")
    assert director.ask("/repairs/faults").status_code == 200
    for holding in scene.cast["director"].holdings.all():
        people.release(holding, to_on=holding.from_on, act=scene.act("admin"))
    assert director.ask("/repairs/faults").status_code == 403


def test_scopes_narrow_what_the_person_may(scene):
    matter = scene.report()
    reads = caller(scene.cast, "repairman", ["repairs.read"])
    at, said = f"/matters/{matter.number}/finish", {"cause": "wear", "fix": "紧固"}
    assert [
        reads.ask("/repairs/repairs").status_code, reads.ask(f"/matters/{matter.number}").status_code,
        reads.ask("/house/places").status_code, reads.send(at, said).status_code,
        reads.send("/repairs/repair/new", {}).status_code,
    ] == [200, 200, 403, 403, 403]  # fmt: skip
    writes = caller(scene.cast, "repairman", ["repairs.write"])
    assert [writes.ask("/repairs/repairs").status_code, writes.send(at, said).status_code] == [403, 200]


def test_scopes_never_widen_it(scene):
    matter = scene.report("class-teacher")
    assert caller(scene.cast, "gardener").ask(f"/matters/{matter.number}").status_code == 404


def test_an_administrator_without_second_factor_is_not_let_in(scene):
    admin = caller(scene.cast, "admin")
    assert admin.ask("/house/people").status_code == 403
    School.objects.update(is_demo=True)
    bearer._borne.clear()
    assert admin.ask("/house/people").status_code == 200


def test_too_many_in_a_minute(scene, monkeypatch):
    monkeypatch.setattr(bearer, "PER_MINUTE", 2)
    monkeypatch.setattr("houqin.ui.access.clock", lambda: scene.cast.now)
    teacher, other = caller(scene.cast, "teacher"), caller(scene.cast, "director")
    answers = [teacher.ask("/repairs/repairs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (int(answers[2]["Retry-After"]), other.ask("/repairs/repairs").status_code) == (60, 200)


def test_too_many_at_once(scene):
    teacher = caller(scene.cast, "teacher")
    teacher.ask("/repairs/repairs")
    assert bearer._busy == {}
    bearer._busy[teacher.row.pk] = bearer.AT_ONCE
    try:
        answer = teacher.ask("/repairs/repairs")
    finally:
        bearer._busy.clear()
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")


def test_wrong_tokens_are_counted(scene, monkeypatch):
    monkeypatch.setattr(bearer, "MISSES", 2)
    monkeypatch.setattr("houqin.ui.access.clock", lambda: scene.cast.now)
    wrong = [nobody(f"hq_wrong{n}").ask("/repairs/repairs").status_code for n in range(3)]
    assert (wrong, nobody().ask("/repairs/repairs").status_code) == ([401, 401, 429], 401)
    assert caller(scene.cast, "teacher").ask("/repairs/repairs").status_code == 200


def test_where_https_is_on_plain_http_is_refused_but_on_loopback(scene, settings):
    settings.HTTPS = True
    teacher = caller(scene.cast, "teacher")
    lan = teacher.get(f"{ROOT}/repairs/repairs", REMOTE_ADDR="192.168.1.20")
    tls = teacher.get(f"{ROOT}/repairs/repairs", REMOTE_ADDR="192.168.1.20", secure=True)
    here = teacher.get(f"{ROOT}/repairs/repairs", REMOTE_ADDR="127.0.0.1")
    assert (lan.status_code, tls.status_code, here.status_code) == (403, 200, 200)


def test_the_last_use_is_written_at_most_every_ten_minutes(scene):
    teacher = caller(scene.cast, "teacher")
    used = []
    for minutes in (0, 3, 3, 10):
        scene.cast.minutes += minutes
        teacher.ask("/repairs/repairs")
        teacher.row.refresh_from_db()
        used.append(teacher.row.used_at)
    assert (used[0] == used[1] == used[2], used[3] > used[2]) == (True, True)


def test_no_token_is_written_down(scene, caplog):
    """Not in a log line, not in a table."""
    with caplog.at_level(logging.DEBUG):
        teacher = caller(scene.cast, "teacher")
        teacher.ask("/repairs/repairs")
        nobody("hq_" + "z" * 43).ask("/repairs/repairs")
        teacher.send("/matters/BX-1/finish", {})
    assert teacher.row.token[12:] not in caplog.text
    assert "z" * 43 not in caplog.text
    assert teacher.row.token not in str(list(tokens.ApiToken.objects.values()))


# ── the document ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_document_names_every_register_and_slip(document):
    paths = set(document["paths"])
    assert {f"{ROOT}/{area.key}/{register.key}" for area, register in REGISTERS} <= paths
    steps = {
        f"{ROOT}/matters/{{number}}/{step.key}"
        for area in areas()
        for flow in area.flows
        for step in flow.steps
        if step.shown and slip_for(flow.kind, step.key)
    }
    assert steps <= paths


def test_every_field_of_every_slip_is_written_by_its_kind():
    """One that nobody has told how to write in JSON would pass as text."""
    fields = {
        (kind, step, name): field
        for area in areas()
        for (kind, step), slip in area.slips.items()
        for name, field in slip.form.base_fields.items()
        if not isinstance(field, PhotosField)
    }
    as_text = [
        (*at, type(field).__name__)
        for at, field in fields.items()
        if get_args(type_of(field, "x"))[:1] == (str,) and not isinstance(field, KNOWN_AS_TEXT)
    ]
    assert as_text == []


def test_a_figure_is_whole_and_a_note_is_text():
    model = model_of(slip_for("repairs.repair", "ask_contractor").form, "x")
    assert {name: part.annotation for name, part in model.model_fields.items()} == {
        "contractor": str, "cost_fen": int, "note": str,
    }  # fmt: skip


def test_what_is_not_there_and_what_is_not_taken(scene):
    teacher = caller(scene.cast, "teacher")
    lost, wrong = teacher.ask("/repairs/nothing"), teacher.send("/repairs/repairs", {})
    odd = teacher.put(f"{ROOT}/repairs/repairs", {})
    assert (lost.status_code, lost.json()["error"]["status"]) == (404, 404)
    assert (wrong.status_code, wrong["Allow"], wrong.json()["error"]["status"]) == (405, "GET", 405)
    assert (odd.status_code, odd.json()["error"]["status"]) == (405, 405)
    assert Place.objects.count() == 5
