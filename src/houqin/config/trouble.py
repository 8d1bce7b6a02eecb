"""What nobody foresaw, as one sentence for the person at the machine; the traceback goes into the log."""

import logging

TORN = (
    "数据库文件坏了，这次没有办，什么也没有改。先把整个数据目录拷一份，再用 houqin restore 从最近的备份恢复。"
)


def sentence(error: Exception) -> str:
    """Which of the few known troubles it is; the log says the rest."""
    log = _log()
    log.error("%s", type(error).__name__, exc_info=error)
    known = _known(error)
    return (
        known
        or f"出了没有料到的错（{type(error).__name__}），这次没有办成。细节在数据目录的 log/houqin.log 里。"
    )


def _log() -> logging.Logger:
    """The house's log, also when the trouble came before Django had read its settings."""
    from .folder import data
    from .log import File

    log = logging.getLogger("houqin.cli")
    if not logging.getLogger("houqin").handlers:
        log.addHandler(File(str(data() / "log" / "houqin.log")))
        log.propagate = False
    return log


def _known(error: Exception) -> str:
    text = str(error)
    if "locked" in text:
        return "数据库正忙，等了 10 秒也没有轮到，这次没有办。稍后再试。"
    if "disk is full" in text or "No space left" in text:
        return "磁盘满了，这次没有办，已有的数据没有动。腾出空间再试。"
    if (
        ("connection" in text and "refused" in text)
        or "could not connect" in text
        or "connection failed" in text
    ):
        return "连不上 PostgreSQL，没有启动。检查 DATABASE_URL 和数据库服务。"
    if is_torn(error):
        return TORN
    if isinstance(error, PermissionError):
        return f"没有权限读写 {error.filename}，这次没有办。"
    if isinstance(error, FileNotFoundError):
        return f"找不到 {error.filename}，这次没有办。"
    return ""


def is_torn(error: Exception) -> bool:
    """Whether SQLite says that its file is none, or not whole."""
    return any(said in str(error) for said in ("malformed", "not a database"))
