"""Keeping how one person likes to see a list.

Not a card: nothing of the house depends on it, so no change is recorded.
"""

from ...act import Act
from ...errors import NotThere, Refused
from ..models import ListChoice

MOST = 12  # named ones a list


def keep_columns(register: str, columns: list[str], *, act: Act) -> ListChoice:
    """Keep which columns one wants to see; an empty list means those which everybody sees."""
    return ListChoice.objects.update_or_create(
        person=act.by, register=register, name="", defaults={"columns": columns}
    )[0]


def keep_conditions(register: str, name: str, query: str, *, act: Act) -> ListChoice:
    """Keep conditions under a name; the same name again is replaced."""
    named = ListChoice.objects.filter(person=act.by, register=register).exclude(name="")
    if named.count() >= MOST and not named.filter(name=name).exists():
        raise Refused(f"这张表已经存了 {MOST} 个查法，没有再存。删掉不用的再存。", field="name")
    return ListChoice.objects.update_or_create(
        person=act.by, register=register, name=name, defaults={"query": query}
    )[0]


def forget_conditions(register: str, key: int, *, act: Act) -> None:
    """Drop one of one's own named conditions."""
    row = ListChoice.objects.filter(person=act.by, register=register, pk=key).exclude(name="").first()
    if row is None:
        raise NotThere("没有这个查法，什么也没有删。", told=True)
    row.delete()
