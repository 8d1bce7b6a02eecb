"""The pages say what is true.

Seen to fail on a link to no page, a quoted word that no screen has, a proof that is no test.
"""

import importlib.util
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("check_links", ROOT / "scripts/check_links.py")
check_links = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_links)

ENVIRONMENT = re.compile(r"HOUQIN_[A-Z_]+|DATABASE_URL")
PROOF = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("what", ["dead_links", "steps_without_a_word", "words_of_no_screen"])
def test_the_pages_are_true(what):
    assert list(getattr(check_links, what)()) == []


def test_a_heading_is_found_as_github_names_it(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# 密钥\n## 3 学校的名字和电话\n```\n# no heading\n```\n### Words on screen, A–Z\n", encoding="utf-8"
    )
    assert check_links.anchors(page) == {"密钥", "3-学校的名字和电话", "words-on-screen-az"}


def test_each_proof_in_the_page_of_security_exists():
    """A row names the files and tests that prove it; a test that was renamed is missed here."""
    text = (ROOT / "docs/building/security.md").read_text(encoding="utf-8")
    missing = [
        f"{file}::{name}"
        for file, name in PROOF.findall(text)
        if not (ROOT / file).exists()
        or (name and f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_each_environment_name_is_in_the_handbook():
    asked = set(ENVIRONMENT.findall(Path(settings.SOURCE / "config/settings.py").read_text(encoding="utf-8")))
    told = set(ENVIRONMENT.findall((ROOT / "docs/operations/start.md").read_text(encoding="utf-8")))
    assert asked - told == set()


def test_each_decision_is_in_the_index():
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")
    assert [name for name in pages if f"({name})" not in index] == []
    assert [name for name in pages if not re.match(r"\d{4}-[a-z0-9-]+\.md$", name)] == []
