"""相似度: how much of one text stands in another, by pairs of characters. Nothing is learnt; each score can be
counted by hand.

Words that offices use for one another, and those that a careless copy has put in their place, count as the
same.
"""

from __future__ import annotations

import re
import unicodedata

SAME = (  # what is written instead, what is meant
    ("效劳", "服务"), ("治理", "管理"), ("平安", "安全"), ("建立", "建设"), ("迫度", "制度"), ("咨询题", "问题"), ("操纵", "控制"),
    ("标准", "规范"), ("鼓舞", "激励"), ("鼓励", "激励"), ("进展", "进行"), ("打算", "计划"), ("觉察", "发现"), ("本人", "自己"),
    ("本身", "自身"),
    ("反响", "反馈"), ("理解社会", "了解社会"), ("经历", "经验"), ("广阔", "广大"), ("汲取", "吸取"), ("偏向", "偏差"), ("保护", "爱护"),
    ("自我爱护", "自我保护"), ("认识", "意识"), ("适应", "习惯"), ("实在", "切实"), ("原那么", "原则"), ("道路路", "路线"),
    ("群众道路", "群众路线"),
    ("设备设备", "设施设备"), ("硬件设备", "硬件设施"), ("工程经费", "项目经费"), ("依照", "按照"), ("接着", "继续"), ("制造一个", "创造一个"),
    ("完全的", "彻底的"), ("注重", "重视"), ("防水", "防火"), ("节俭", "勤俭"), ("奖罚", "奖惩"), ("其它", "其他"), ("一本帐", "一本账"),
    ("必需", "必须"),
)  # fmt: skip


def folded(text: str) -> str:
    """Only the words: no figures, marks or blanks, each by its one name."""
    kept = re.sub(r"[^一-鿿]", "", unicodedata.normalize("NFKC", text))
    for written, meant in SAME:
        kept = kept.replace(written, meant)
    return kept


def pairs(text: str) -> frozenset[str]:
    """安全卫生 → 安全, 全卫, 卫生."""
    kept = folded(text)
    return frozenset(kept[at : at + 2] for at in range(len(kept) - 1))


def share_in(small: frozenset[str], large: frozenset[str]) -> float:
    """Which share of the pairs of one text stands in the other."""
    return len(small & large) / len(small) if small else 0.0


def likeness(
    demand: frozenset[str], chapter: frozenset[str], clause: frozenset[str], above: frozenset[str]
) -> int:
    """In percent: how much of the demand the clause says (or the clause of the demand, where the clause is
    the shorter), a tenth of it for standing under the same heading.
    """
    words = max(share_in(demand, clause), 0.8 * share_in(clause, demand) if len(clause) >= 6 else 0.0)
    return round(90 * words + 10 * share_in(chapter, above | clause))
