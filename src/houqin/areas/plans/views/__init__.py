"""The pages of plans: 条款落实, 导入, 全文, 条款对应."""

from .clauses import detail, listing, rows
from .importing import save, start
from .reading import bindings, text

__all__ = ["bindings", "detail", "listing", "rows", "save", "start", "text"]
