"""Setting the school's name and figures."""

from ..act import Act
from ..audit import actions as audit
from ..errors import Refused
from . import figures
from .models import FigureSetting, School


def found(*, name: str, office_phone: str, address: str, is_demo: bool, act: Act) -> School:
    """Make the one row; refuses a second time."""
    if School.objects.exists():
        raise Refused("学校已经建好，没有再建。改名在“家底 · 学校”里。")
    return audit.add(
        School, id=1, name=name, office_phone=office_phone, address=address, is_demo=is_demo, act=act
    )


def rename(school: School, *, name: str, office_phone: str, address: str, act: Act) -> School:
    return audit.change(school, name=name, office_phone=office_phone, address=address, act=act)


def set_figure(code: str, *, value: int, act: Act) -> FigureSetting:
    """Set a shipped figure otherwise; refuses one outside its bounds, or too near to one it stands above."""
    figure = next((f for f in figures.declared() if f.code == code), None)
    if figure is None:
        raise Refused(f"没有“{code}”这个数值，没有保存。")
    if not figure.least <= value <= figure.most:
        raise Refused(f"“{figure.label}”要在 {figure.bounds}之间，没有保存。", field="value")
    for lower, upper in figures.pairs():
        if code in (lower.code, upper.code):
            low, high = (value if one.code == code else figures.value(one.code) for one in (lower, upper))
            if high - low < upper.apart:
                raise Refused(
                    f"“{upper.label}”要比“{lower.label}”{'晚' if upper.clock else '大'}"
                    f" {upper.apart} {upper.unit}以上，没有保存。"
                    f"现在一个是 {lower.said(low)}，一个是 {upper.said(high)}。",
                    field="value",
                )
    row = FigureSetting.objects.filter(code=code).first()
    return (
        audit.change(row, value=value, act=act)
        if row
        else audit.add(FigureSetting, code=code, value=value, act=act)
    )
