"""House rules that a linter cannot say. Each was seen to fail once on a line put in for the purpose."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from django.apps import apps

HOUSE = Path(__file__).parents[2] / "src" / "houqin"
WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
    "acreate", "asave", "adelete", "aupdate", "set", "add", "remove", "clear",
}  # fmt: skip
ALWAYS = WRITES - {
    "update",
    "set",
    "add",
    "remove",
    "clear",
    "delete",
}  # names that dicts, sets and caches have too
DOORS = {"actions", "queries", "models"}
SOURCES = sorted(p for p in HOUSE.rglob("*.py") if "migrations" not in p.parts and "tests" not in p.parts)


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(HOUSE)}:{node.lineno}"


def calls(path: Path) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def may_write(path: Path) -> bool:
    return (
        bool({"actions", "demo"} & {path.stem, *(part for part in path.parts)}) or path.name == "entries.py"
    )


def is_query(node: ast.expr) -> bool:
    """Does an expression reach into a manager: `X.objects…`, `row.lines…filter(…)`?"""
    text = ast.unparse(node)
    return ".objects" in text or ".filter(" in text or ".exclude(" in text or "_default_manager" in text


def test_only_actions_write():
    wrong = [
        f"{where(path, call)} .{call.func.attr}()"
        for path in SOURCES
        if not may_write(path)
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and (call.func.attr in ALWAYS or (call.func.attr in WRITES and is_query(call.func.value)))
        and not (call.func.attr == "save" and call.args)  # a picture is saved into something, a row never is
    ]
    assert wrong == []


def test_areas_change_rows_by_the_audited_door_only():
    wrong = [
        f"{where(path, call)} .{call.func.attr}()"
        for path in SOURCES
        if "areas" in path.parts and path.stem == "actions"
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"save", "update", "bulk_update", "delete"}
        and (call.func.attr == "save" or is_query(call.func.value))
    ]
    assert wrong == []


def test_areas_enter_one_another_by_their_doors():
    graph = grimp.build_graph("houqin")
    wrong = [
        (a, b)
        for a in graph.modules
        for b in graph.find_modules_directly_imported_by(a)
        if a.startswith("houqin.areas.")
        and b.startswith("houqin.areas.")
        and a.split(".")[2] != b.split(".")[2]
        and (len(b.split(".")) < 4 or b.split(".")[3] not in DOORS)
    ]
    assert wrong == []


@pytest.mark.parametrize("word", ["@receiver", "post_save", "pre_save", "m2m_changed", "post_delete"])
def test_nothing_happens_by_signal(word):
    assert [str(path) for path in SOURCES if word in path.read_text()] == []


def test_no_drawer_for_odds_and_ends():
    names = {"utils", "common", "helpers", "misc", "util", "tools", "services", "managers"}
    assert [
        str(path) for path in SOURCES if path.stem in names or names & set(path.relative_to(HOUSE).parts)
    ] == []


def test_the_domain_asks_no_clock():
    """`now` comes in by the act; only the doors (ui, config) look at the clock."""
    wrong = [
        where(path, call)
        for path in SOURCES
        if path.relative_to(HOUSE).parts[0] in {"kernel", "areas"}
        and "demo" not in path.parts
        and path.stem != "views"
        for call in calls(path)
        if ast.unparse(call.func)
        in {"timezone.now", "datetime.now", "date.today", "timezone.localdate", "datetime.utcnow"}
    ]
    assert wrong == []


def test_every_model_has_its_word():
    words = (HOUSE.parents[1] / "docs/building/words.md").read_text()
    missing = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("houqin.") and not re.search(rf"\b{model.__name__}\b", words)
    ]
    assert missing == []


def test_no_default_ordering():
    ordered = [
        m.__name__ for m in apps.get_models() if m.__module__.startswith("houqin.") and m._meta.ordering
    ]
    assert ordered == []


def test_money_is_whole_fen():
    kinds = {"DecimalField", "FloatField"}
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("houqin.")
        for field in model._meta.concrete_fields
        if field.get_internal_type() in kinds
    ]
    assert wrong == []


def test_dates_moments_and_money_are_named_so():
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("houqin."):
            continue
        for field in model._meta.concrete_fields:
            kind, name = field.get_internal_type(), field.name
            if kind == "DateTimeField" and not re.search(r"(^|_)(at|until|since)$", name):
                wrong.append(f"{model.__name__}.{name}: moment")
            if kind == "DateField" and not re.search(r"(^|_)(on|until)$", name):
                wrong.append(f"{model.__name__}.{name}: date")
            if type(field).__name__ == "FenField" and not name.endswith("_fen"):
                wrong.append(f"{model.__name__}.{name}: money")
    assert wrong == []


TEMPLATES = sorted(HOUSE.rglob("templates/**/*.html"))


@pytest.mark.parametrize(
    ("forbidden", "pattern"),
    [
        ("an inline style", r"\sstyle\s*="),
        ("an inline handler", r"\son[a-z]+\s*="),
        ("hx-on", r"\bhx-on\b"),
        ("js:", r"[\"']js:"),
        ("x-html", r"\bx-html\b"),
        ("an unmarked text", r"\|\s*safe\b|autoescape off"),
        ("a foreign address", r"(src|href)=[\"']https?://"),
    ],
)
def test_templates_hold_to_the_policy(forbidden, pattern):
    wrong = [
        f"{path.relative_to(HOUSE)}:{n}: {forbidden}"
        for path in TEMPLATES
        for n, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line) and "{#" not in line
    ]
    assert wrong == []


YOUNG = (  # younger than the browsers of vite.config.mjs, and a build puts nothing in their place
    r"\b(groupBy|toSorted|toReversed|toSpliced|withResolvers|fromAsync|requestSubmit|checkVisibility)\b"
    r"|\b(moveBefore|isWellFormed|showPopover|startViewTransition|parseHTMLUnsafe|requestIdleCallback)\b"
    r"|AbortSignal\.|Promise\.try|URL\.(canParse|parse)|new FormData\([^)]*,|\(\?<[=!]|\.with\("
)


def test_the_front_end_asks_nothing_of_a_younger_browser():
    """On an older one a single such name leaves an empty page, just where there is no net."""
    sources = [*(HOUSE / "ui/fe").rglob("*.js"), HOUSE / "ui/templates/ui/sw.js"]
    wrong = [
        f"{path.relative_to(HOUSE)}:{n}: {found[0]}"
        for path in sources
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := re.search(YOUNG, line.partition("// ")[0]))
    ]
    assert wrong == []


def test_the_manual_names_the_browsers_that_the_build_is_for():
    root = HOUSE.parents[1]
    built = re.search(r"target: \[(.*?)\]", (root / "vite.config.mjs").read_text(encoding="utf-8"))
    said = (root / "docs/manual/phone.md").read_text(encoding="utf-8")
    assert built
    assert dict(re.findall(r"(chrome|firefox|safari)([\d.]+)", built[1])) == {
        name: re.search(rf"{word} ([\d.]+\d)", said)[1]
        for name, word in (("chrome", "Chromium"), ("firefox", "Firefox"), ("safari", "Safari"))
    }


def test_modules_keep_to_one_noun():
    """Forty lines of style, 29: a module under 400 lines."""
    long = [f"{p.relative_to(HOUSE)} {n}" for p in SOURCES if (n := len(p.read_text().splitlines())) > 400]
    assert long == []


def test_functions_keep_under_thirty_lines():
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and (lines := body[-1].end_lineno - body[0].lineno + 1) > 30:
                    long.append(f"{where(path, node)} {node.name} {lines}")
    assert long == []


def test_only_one_door_leads_out():
    """No client of the net in the program but the one choke point, and mail, which asks it for its way."""
    clients = {"requests", "httpx", "urllib.request", "aiohttp", "http.client", "smtplib", "urllib3"}
    users = {
        (str(path.relative_to(HOUSE)), name)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if name in clients
    }
    assert users == {
        ("kernel/outbound.py", "http.client"),
        ("kernel/notices/ways/mail.py", "smtplib"),
    }
