"""Do the pages say what is true: links lead somewhere, words are on a screen, each step is in the manual?

usage: check_links.py     one line a fault; exit code 1 when there is one. Reads files only, starts nothing.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
HOUSE, MANUAL, OPERATIONS = ROOT / "src/houqin", ROOT / "docs/manual", ROOT / "docs/operations"
NOT_OURS = {"node_modules", ".venv", ".uv", ".git", ".cache", ".pytest_cache", "var", "dist", "build"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```.*?^```|    \S.*?)$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"「([^」]+)」")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:", re.IGNORECASE)


def pages() -> list[Path]:
    """Every page of the repository: what git knows or would take in, else what lies there."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    try:
        said = subprocess.run(asked, capture_output=True, check=True).stdout.decode()
        found = [ROOT / name for name in said.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # a source archive has no git
        found = [path for path in ROOT.rglob("*.md") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file())


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────


def dead_links() -> Iterator[str]:
    for page in pages():
        for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if not ELSEWHERE.match(target) and not leads_somewhere(page, unquote(target)):
                yield f"{page.relative_to(ROOT)}: {target} leads nowhere"


def leads_somewhere(page: Path, target: str) -> bool:
    """The file is there, inside the repository, and has the heading that is asked for."""
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.exists() or not path.is_relative_to(ROOT):
        return False
    return not anchor or path.suffix != ".md" or anchor in anchors(path)


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them: lower case, no punctuation, hyphens for blanks."""
    heads = re.findall(r"^#{1,6} +(.+?) *#*$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


# ── the manual ──────────────────────────────────────────────────────────────────────────────────────────────


def steps() -> Iterator[tuple[str, str]]:
    """(area, label) of every step of every flow, read off its table without running it."""
    for file in sorted(HOUSE.glob("areas/*/flow*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step":
                yield file.parent.name, ast.literal_eval(node.args[1])


def steps_without_a_word() -> Iterator[str]:
    """Every step that an office takes or reads in the way of a matter stands in its area's page."""
    texts: dict[str, str] = {}
    for area, label in dict.fromkeys(steps()):
        page = MANUAL / f"{area}.md"
        text = texts.setdefault(area, page.read_text(encoding="utf-8") if page.exists() else "")
        if label not in text:
            yield f"docs/manual/{area}.md does not say “{label}”"


def screen() -> str:
    """Everything that can come to a screen: templates, scripts, and the words in the program."""
    kinds = ("*.html", "*.py", "*.js", "*.csv")
    files = (path for kind in kinds for path in HOUSE.rglob(kind) if not {"dist", "tests"} & set(path.parts))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def words_of_no_screen() -> Iterator[str]:
    """What a page quotes in 「」 stands so in the program; … stands for what changes."""
    there = screen()
    for page in sorted([*MANUAL.glob("*.md"), *OPERATIONS.glob("*.md")]):
        for quoted in dict.fromkeys(QUOTED.findall(FENCE.sub("", page.read_text(encoding="utf-8")))):
            for part in filter(None, (part.strip() for part in quoted.split("…"))):
                if part not in there:
                    yield f"{page.relative_to(ROOT)}: “{part}” stands on no screen"


def faults() -> list[str]:
    return [*dead_links(), *steps_without_a_word(), *words_of_no_screen()]


if __name__ == "__main__":
    found = faults()
    print("\n".join(found) or f"{len(pages())} pages: links, steps and screen words are right")
    sys.exit(bool(found))
