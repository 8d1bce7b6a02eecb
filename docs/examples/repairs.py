"""用接口看报修、报一件、签收一件。只用 Python 自带的库（3.9 以上）。

用法：
    export HOUQIN_TOKEN=hq_……                         在“我的 → 接口令牌”里发，勾“报修 · 查”和“报修 · 办”
    python repairs.py http://127.0.0.1:8000 list       没办完的报修
    python repairs.py http://127.0.0.1:8000 report 三(2)班 灯 后排两根灯管不亮
    python repairs.py http://127.0.0.1:8000 sign BX2026-0001 5
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid


class Refused(Exception):
    """后勤不同意；说的话原样给人看。"""


class Houqin:
    """一个学校的后勤，用一个令牌打开。"""

    def __init__(self, base, token):
        self.root, self.token = base.rstrip("/") + "/api/v1", token

    def get(self, path, **query):
        return self._ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, said):
        """同一个 Idempotency-Key 只办一次：没有等到回答就再送一遍，不会办成两件。"""
        return self._ask("POST", path, json.dumps(said).encode(), {"Idempotency-Key": str(uuid.uuid4())})

    def _ask(self, method, path, body=None, more=None, tries=3):
        headers = {
            "Authorization": "Bearer " + self.token,
            "Content-Type": "application/json",
            **(more or {}),
        }
        request = urllib.request.Request(self.root + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as no:
            if no.code in (429, 503) and tries > 1:  # 太快或正忙：等它说的那么久
                time.sleep(int(no.headers.get("Retry-After", 5)))
                return self._ask(method, path, body, more, tries - 1)
            raise Refused(json.load(no)["error"]["sentence"]) from None
        except urllib.error.URLError:  # 没有等到回答：用同一个编号再送
            if tries > 1:
                return self._ask(method, path, body, more, tries - 1)
            raise


def pages(school, path, **query):
    """一页一页读完一张表。"""
    while True:
        page = school.get(path, **query)
        yield from page["rows"]
        if not page["next"]:
            return
        query["after"] = page["next"]


def chosen(fields, name, words):
    """在“要填什么”里按字找一个选项。"""
    field = next(field for field in fields if field["name"] == name)
    found = [choice for choice in field["choices"] if words in choice["label"]]
    if not found:
        raise Refused(f"“{field['label']}”里没有“{words}”")
    return found[0]["value"]


def show(school):
    for row in pages(school, "/repairs/repairs", view="open"):
        state = row["matter__state"]["label"]
        print(
            row["number"], state, row["matter__place__full_name"], row["detail"] or row["fault_type__label"]
        )


def report(school, place, kind, detail):
    fields = school.get("/repairs/repair/new")["fields"]
    said = {
        "place": chosen(fields, "place", place),
        "fault_type": chosen(fields, "fault_type", kind),
        "detail": detail,
    }
    print(school.post("/repairs/repair/new", said)["number"])


def sign(school, number, rating):
    print(
        school.post(f"/matters/{number}/sign", {"rating": int(rating), "signature": "click"})["state"][
            "label"
        ]
    )


if __name__ == "__main__":
    if len(sys.argv) < 3 or "HOUQIN_TOKEN" not in os.environ:
        sys.exit(__doc__)
    try:
        {"list": show, "report": report, "sign": sign}[sys.argv[2]](
            Houqin(sys.argv[1], os.environ["HOUQIN_TOKEN"]), *sys.argv[3:]
        )
    except Refused as no:
        sys.exit(str(no))
