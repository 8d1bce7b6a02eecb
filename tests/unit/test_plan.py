"""`houqin plan`: the tree on the screen, nothing saved, one sentence and code 2 for what cannot be read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from houqin.config import cli

DATA = Path(__file__).parents[1] / "data/plans"


def test_the_tree_as_json(capsys):
    assert cli.main(["plan", str(DATA / "style-3.docx"), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == json.loads((DATA / "style-3.expected.json").read_text(encoding="utf-8"))
    assert said.err == ""


def test_the_tree_for_the_eye_and_what_to_look_at(capsys, tmp_path):
    path = tmp_path / "计划.txt"
    path.write_text("计划\n一、安全\n1、用电。\n3、用水。\n二、卫生", encoding="gbk")
    assert cli.main(["plan", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out == "计划\n一 安全\n  1 用电。\n  3 用水。\n二 卫生\n"
    assert said.err == "“一 安全”下面 1 的后面是 3，照原文保留。\n"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("没有.txt", None, "没有 {path} 这个文件，没有读。\n"),
        ("空.txt", b"", "文件是空的，没有导入。\n"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "这是旧的 .doc 或加了密码的文件，没有导入。不加密码另存为 .docx 再导。\n"),
        ("假.docx", b"PK\x03\x04", "这不是能读的 .docx 文件（带宏的也不收），没有导入。用 Word 或 WPS 另存为 .docx 再导。\n"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_sentence(capsys, tmp_path, name, data, said):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    assert cli.main(["plan", str(path), "--json"]) == 2
    assert capsys.readouterr() == ("", said.format(path=path))


def test_it_needs_no_data_folder(tmp_path):
    asked = [sys.executable, "-m", "houqin.config.cli", "plan", str(DATA / "style-1.txt"), "--json"]
    paths = {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        asked, env={**paths, "HOUQIN_DATA": str(tmp_path / "none")}, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == json.loads((DATA / "style-1.expected.json").read_text(encoding="utf-8"))
    assert list(tmp_path.iterdir()) == []
