"""`houqin`: the verbs by which a school's machine is run.
Each refuses in one sentence and a code that is not 0.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from houqin import __version__
from houqin.kernel.errors import Refused

OK, WRONG = 0, 2


class Parser(argparse.ArgumentParser):
    """Says in Chinese that a command was not understood, and how it is written."""

    def error(self, message: str) -> NoReturn:
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        self.exit(WRONG, f"命令写得不对，没有执行。写法：{usage}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the console script hands its answer to the system."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "houqin.config.settings")
    asked = parser().parse_args(argv)
    try:
        return asked.verb(asked) or OK
    except Refused as refused:
        return _say(str(refused))
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return _say("按 Ctrl-C 停下了。", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        return _say(_unforeseen(error))


def _say(sentence: str, code: int = WRONG) -> int:
    print(sentence, file=sys.stderr)
    return code


def _unforeseen(error: Exception) -> str:
    """One sentence for what nobody foresaw; the traceback goes into the log."""
    from .trouble import sentence

    return sentence(error)


def parser() -> Parser:
    top = Parser(
        prog="houqin",
        description="后勤：学校总务处的日常。数据目录由环境变量 HOUQIN_DATA 指定（默认 ./var）。",
        add_help=False,
    )
    top.add_argument("-h", "--help", action="help", help="显示这段说明")
    top.add_argument("--version", action="version", version=__version__, help="显示版本")
    verbs = top.add_subparsers(title="命令", metavar="命令", required=True)
    for declare in (_start, _demo, _check, _backup, _restore, _export, _import, _plan, _user):
        declare(verbs)
    return top


def _verb(verbs: Any, name: str, says: str, target: str) -> Parser:
    """A verb whose module is imported only when it is asked for: `houqin --help` loads no Django."""
    made = verbs.add_parser(name, help=says, description=says, add_help=False)
    made.add_argument("-h", "--help", action="help", help="显示这段说明")
    module, function = target.split(":")

    def run(asked: argparse.Namespace) -> int | None:
        return getattr(import_module(f"houqin.config.{module}"), function)(asked)

    made.set_defaults(verb=run)
    return made


def _start(verbs: Any) -> None:
    made = _verb(verbs, "start", "启动：网页和后台工作在一个程序里", "server:start")
    made.add_argument("--host", default="", metavar="地址", help="监听的地址（默认只给本机；全校用 0.0.0.0）")
    made.add_argument(
        "--port", type=int, default=0, metavar="端口", help="端口（默认 8000，加 --https 时 8443）"
    )
    made.add_argument("--https", action="store_true", help="用自己的证书加密；手机扫码和离线要用它")


def _demo(verbs: Any) -> None:
    made = _verb(verbs, "demo", "往空的数据目录里放一所演示学校", "demonstration:run")
    made.add_argument(
        "--today", default="", metavar="日期", help="演示数据到哪一天（默认今天），写成 2026-11-23"
    )
    made.add_argument("--again", action="store_true", help="原来也是演示学校时，扔掉重新生成")


def _check(verbs: Any) -> None:
    made = _verb(verbs, "check", "核对全部数据：没有问题退出码 0，只有提醒 1，有错 2", "check:run")
    depth = made.add_mutually_exclusive_group()
    depth.add_argument("--fast", action="store_true", help="只查快的几项（默认）")
    depth.add_argument("--full", action="store_true", help="全部都查")
    made.add_argument("--json", action="store_true", help="按 JSON 输出")


def _backup(verbs: Any) -> None:
    made = _verb(verbs, "backup", "备份成一个文件，并且当场恢复一遍来证明它能用", "backup:run")
    made.add_argument("file", metavar="文件", help="备份存成哪个文件")
    made.add_argument("--with-keys", action="store_true", help="不设口令也把密钥放进去（文件要锁好）")
    made.add_argument(
        "--passphrase",
        action="store_true",
        help="用口令加密（问两遍；或者放在环境变量 HOUQIN_PASSPHRASE 里）",
    )
    made.add_argument("--overwrite", action="store_true", help="文件已经在了也写")


def _restore(verbs: Any) -> None:
    made = _verb(verbs, "restore", "从备份恢复到空的数据目录", "restore:run")
    made.add_argument("file", metavar="文件", help="用 houqin backup 做的文件")
    made.add_argument("--replace", action="store_true", help="数据目录不空也换掉；原来的整个留在旁边")


def _export(verbs: Any) -> None:
    made = _verb(verbs, "export", "把一本台账导出成 Excel", "sheets:export")
    made.add_argument("register", metavar="台账", help="如 repairs/repairs")
    made.add_argument("file", metavar="文件.xlsx", help="存成哪个文件")


def _import(verbs: Any) -> None:
    made = _verb(verbs, "import", "从 Excel 导入一本台账：整张成或者整张不成", "sheets:bring_in")
    made.add_argument("register", metavar="台账", help="如 house/places")
    made.add_argument("file", metavar="文件.xlsx", help="按空表模板填好的文件")
    made.add_argument("--dry-run", action="store_true", help="只检查，不保存")


def _plan(verbs: Any) -> None:
    made = _verb(verbs, "plan", "看一份计划（.txt、.docx）会读成哪些条，什么都不保存", "plan:show")
    made.add_argument("file", metavar="文件", help="计划的文字，.txt 或 .docx")
    made.add_argument("--json", action="store_true", help="按 JSON 输出")


def _user(verbs: Any) -> None:
    made = _verb(verbs, "user", "账号：看、开户、发一次性链接、停用、任岗、重置两步验证", "accounts:run")
    made.add_argument(
        "what",
        choices=["list", "open", "link", "close", "role", "factor"],
        metavar="list|open|link|close|role|factor",
    )
    made.add_argument("code", nargs="?", default="", metavar="人员代码")
    made.add_argument("name", nargs="?", default="", metavar="姓名或岗位代码")
    made.add_argument("--reset", action="store_true", help="和 factor 一起用：取消他的两步验证")


if __name__ == "__main__":
    sys.exit(main())
