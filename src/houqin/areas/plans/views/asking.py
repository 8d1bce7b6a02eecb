"""看哪一段、谁的、哪里的: the scope that an address of 条款落实 asks for, in its words and as an address again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.indicators.declare import Scope
from houqin.kernel.people import queries as people
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import Term
from houqin.ui.addresses import day_in

BIGGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Asked:
    """The scope, which clauses of all (by state, by words), and what of the address stays when one goes
    on."""

    scope: Scope
    state: str
    words: str
    mine: bool
    carried: tuple[tuple[str, str], ...]

    def url(self, path: str = "/clauses/", **changed: str) -> str:
        query = dict(self.carried) | changed
        kept = {name: value for name, value in query.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


def of(given: Mapping[str, str], act: Act) -> Asked:
    """From and to as asked, else the term so far; what cannot be read counts as not asked."""
    term = terms.term_on(act.day)
    first = day_in(given.get("from", "")) or (term.starts_on if term else act.day.replace(month=1, day=1))
    last = day_in(given.get("to", "")) or (min(term.ends_on, act.day) if term else act.day)
    if last < first:
        first, last = last, first
    person = _one(Person, given.get("person", ""))
    place = _one(Place, given.get("place", ""))
    keep = ("from", "to", "person", "place", "state", "q", "mine")
    carried = tuple((name, given[name][:60]) for name in keep if given.get(name))
    state, words = given.get("state", ""), given.get("q", "").strip()[:30]
    return Asked(
        Scope(first, last, person, place, now=act.at), state, words, bool(given.get("mine")), carried
    )


def _one(model: Any, key: str) -> Any:
    known = key.isascii() and key.isdigit() and int(key or 0) <= BIGGEST_KEY
    return model.objects.using("reader").filter(pk=int(key)).first() if known else None


def times(asked: Asked, today: date) -> list[dict[str, Any]]:
    """The terms up to now and the months, as chips."""
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    lately = Term.objects.using("reader").filter(starts_on__lte=today).order_by("-starts_on", "pk")[:2]
    spans = [(term.name, term.starts_on, min(term.ends_on, today)) for term in lately]
    spans += [("本月", month, today), ("上月", last.replace(day=1), last)]
    here = (asked.scope.first, asked.scope.last)
    found = [
        {"label": label, "url": asked.url(**{"from": str(a), "to": str(b)}), "current": here == (a, b)}
        for label, a, b in spans
    ]
    if not any(one["current"] for one in found):
        found.insert(0, {"label": f"{here[0]} 到 {here[1]}", "url": asked.url(), "current": True})
    return found


def said(scope: Scope, act: Act) -> str:
    """2026-09-01 到 2026-11-23 · 李建国 · 教学楼 A."""
    words = [f"{wording.paper_day(scope.first)} 到 {wording.paper_day(scope.last)}"]
    words += [str(scope.person)] if scope.person else []
    words += [scope.place.full_name] if scope.place else []
    return " · ".join(words)


def choices(act: Act) -> dict[str, Any]:
    """Whom and where one may ask for."""
    staff = people.active(act.day).using("reader").order_by("name", "pk")
    places = Place.objects.using("reader").filter(closed_on=None).order_by("walk", "pk")
    return {"people": staff.values_list("pk", "name"), "places": places.values_list("pk", "full_name")}
