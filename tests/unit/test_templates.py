"""Every template keeps the strict CSP and names only what is there."""

import re
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "houqin"
TEMPLATES = sorted(SRC.glob("**/templates/**/*.html"))
SPRITE = (SRC / "ui/static/ui/sprite.svg").read_text(encoding="utf-8")
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))

FORBIDDEN = {
    "an inline style": r"<[^>]*\sstyle\s*=",
    "an inline handler": r"<[^>]*\son[a-z]+\s*=",
    "hx-on": r"\shx-on[:\w-]*\s*=",
    "a js: value": r"=[\"']\s*(?:js|javascript):",
    "a filter in hx-trigger": r"hx-trigger=\"[^\"]*\[",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "a style element": r"<style\b",
    "an address outside": r"(?:src|href)=[\"'](?:https?:)?//",
    "an exclamation mark": r"！",
    "请您": r"请您",
}


def named(path: Path) -> str:
    return str(path.relative_to(SRC))


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"))


def test_there_are_templates():
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_keeps_the_csp_and_the_manner(path):
    text = without_comments(path)
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_names_icons_of_the_sprite(path):
    used = set(re.findall(r"""\{%\s*icon\s+["']([\w-]+)["']""", path.read_text(encoding="utf-8")))
    used |= set(
        re.findall(
            r"""\|default:["']([\w-]+)["']\s*%\}""",
            "".join(re.findall(r"\{% icon [^%]*%\}", path.read_text(encoding="utf-8"))),
        )
    )
    assert used - ICONS == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_comment_stands_on_one_line(path):
    """A {# #} over two lines is printed on the page."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.count("{#") != line.count("#}")] == []


@pytest.mark.parametrize("path", sorted(SRC.glob("ui/templates/ui/parts/**/*.html")), ids=named)
def test_a_part_says_what_it_needs(path):
    assert "Context:" in path.read_text(encoding="utf-8")


def test_the_scripts_name_icons_of_the_sprite():
    scripts = "".join(path.read_text(encoding="utf-8") for path in (SRC / "ui/fe").glob("*.js"))
    used = set(re.findall(r"icon\('([\w-]+)'\)", scripts)) | set(
        re.findall(r"'((?:alert|info|circle)-[\w-]+)'", scripts)
    )
    assert used - ICONS == set()
    assert "eval(" not in scripts
    assert "innerHTML" not in scripts
