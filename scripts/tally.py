"""Adds up the stages of scripts/test.sh: their JUnit files, and stages that have none (lint, types …).

usage: tally.py <folder>    the folder holds stages.tsv (stage, seconds, exit code) and <stage>.xml
With CI=true a skipped test counts as a failed one: nothing may be skipped there.
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

Case = tuple[str, str, str]  # stage, test, sentence


def cases(stage: str, file: Path) -> tuple[int, list[Case], list[Case]]:
    passed, failed, skipped = 0, [], []
    for case in ElementTree.parse(file).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        skip = case.find("skipped")
        if bad is not None:
            failed.append((stage, name, (bad.get("message") or "").split("\n")[0][:160]))
        elif skip is not None:
            skipped.append((stage, name, (skip.get("message") or "").split("\n")[0][:160]))
        else:
            passed += 1
    return passed, failed, skipped


def main(folder: Path) -> int:
    passed, failed, skipped, seconds = 0, [], [], 0
    print("\nstage         result     time")
    for line in (folder / "stages.tsv").read_text(encoding="utf-8").splitlines():
        stage, took, code, note = line.split("\t")
        seconds += int(took)
        word = "skipped" if note else "passed" if code == "0" else "FAILED"
        print(f"{stage:<12}  {word:<8} {int(took) // 60:>3}:{int(took) % 60:02d}  {note}".rstrip())
        file, before = folder / f"{stage}.xml", len(failed)
        if note:
            skipped.append((stage, "the whole stage", note))
        elif file.exists():
            p, f, s = cases(stage, file)
            passed, failed, skipped = passed + p, failed + f, skipped + s
            if code != "0" and len(failed) == before:
                failed.append((stage, "the stage", f"exit code {code}"))
        elif code == "0":
            passed += stage != "set-up"
        else:
            failed.append((stage, "the stage", f"exit code {code}"))
    for head, rows in (("not run", skipped), ("failed", failed)):
        if rows:
            print(f"\n{head}:")
            print("\n".join(f"  {stage}: {name}: {sentence}" for stage, name, sentence in rows))
    strict = os.environ.get("CI", "").lower() in ("1", "true")
    if skipped and strict:
        print(f"\nCI=true: nothing may be skipped, so {len(skipped)} skipped count as failed")
    bad = len(failed) + (len(skipped) if strict else 0)
    left = f", {len(skipped)} skipped" if skipped and not strict else ""
    line = f"{passed} passed, {bad} failed{left}"
    print(f"\n===== {line} in {seconds}.00s ({seconds // 60}:{seconds % 60:02d}) =====\n{line}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
