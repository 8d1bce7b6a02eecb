"""措辞: dates, spans, money and counts as the office reads them;
screens, notices, papers and sheets share these.

Nothing here asks the clock: whatever is relative takes `now`. Moments are aware; days are the school's.
"""

from datetime import date, datetime, timedelta

from django.utils.timezone import localtime

WEEKDAYS = "一二三四五六日"
NEAR = {-1: "昨天", 0: "今天", 1: "明天"}
NO_DATA = "无数据"
DAY = timedelta(days=1)

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def weekday(on: date) -> str:
    return "周" + WEEKDAYS[on.weekday()]


def day(on: date, now: datetime) -> str:
    """今天, 明天, 11月22日 周日; the year only when it is not this one."""
    words = short_day(on, now)
    return words if words in NEAR.values() else f"{words} {weekday(on)}"


def short_day(on: date, now: datetime) -> str:
    """11月24日: a day in a table or a chip; no weekday."""
    today = localtime(now).date()
    near = NEAR.get((on - today).days)
    if near:
        return near
    year = "" if on.year == today.year else f"{on.year}年"
    return f"{year}{on.month}月{on.day}日"


def clock(moment: datetime) -> str:
    """9:05: 24 hours, no seconds, no leading nought."""
    local = localtime(moment)
    return f"{local.hour}:{local.minute:02}"


def when(moment: datetime, now: datetime) -> str:
    """今天 10:24, 11月20日 周五 15:12."""
    return f"{day(localtime(moment).date(), now)} {clock(moment)}"


def before(moment: datetime, now: datetime) -> str:
    """今天 15:52 前: a deadline named by its moment."""
    return f"{when(moment, now)} 前"


def paper_day(on: date | datetime) -> str:
    """2026-11-22: in tables, on paper and cards."""
    return (localtime(on).date() if isinstance(on, datetime) else on).isoformat()


def paper_moment(moment: datetime) -> str:
    """2026-11-20 7:52."""
    return f"{paper_day(moment)} {clock(moment)}"


def span(length: timedelta) -> str:
    """7 小时 55 分; from two days on in whole days; under a minute 不到 1 分."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "不到 1 分"
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} 天"
    hours, rest = divmod(minutes, 60)
    return " ".join(text for n, text in ((hours, f"{hours} 小时"), (rest, f"{rest} 分")) if n)


def deadline(due: datetime, now: datetime) -> str:
    """还剩 1 小时 50 分, 超 40 分; the moment itself while it is a day away or more."""
    left = due - now
    if left < timedelta(0):
        return late(-left)
    return f"还剩{glue(span(left))}" if left < DAY else before(due, now)


def late(length: timedelta) -> str:
    """超 6 小时, from a day on 超 3 天."""
    if length < timedelta(minutes=1):
        return "刚过时限"
    return f"超 {length.days} 天" if length >= DAY else f"超{glue(span(length))}"


def glue(text: str) -> str:
    """A half space before a figure, none between two Han characters."""
    return f" {text}" if text[:1].isdigit() else text


def money(fen: int | None) -> str:
    """8,600.00 from 860000 fen; the unit stands beside it or in the head."""
    if fen is None:
        return ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02}"


def yuan(fen: int | None) -> str:
    return "" if fen is None else f"{money(fen)} 元"


def amounts(from_fen: int, to_fen: int | None) -> str:
    """500.00 元起，不满 5,000.00 元: from the one on, the other not among them; None is without end."""
    return f"{yuan(from_fen)}起，{'没有上限' if to_fen is None else f'不满 {yuan(to_fen)}'}"


def quantity(thousandths: int | None) -> str:
    """2, 1.5, 1,200.025 from thousandths of the base unit; no idle noughts."""
    if thousandths is None:
        return ""
    whole, rest = divmod(abs(thousandths), 1000)
    return f"{'-' if thousandths < 0 else ''}{whole:,}{f'.{rest:03}'.rstrip('0').rstrip('.')}"


def count(n: int, unit: str) -> str:
    """1,486 名."""
    return f"{n:,} {unit}"


def share(numerator: int, denominator: int) -> str:
    """92.4%; of nothing there is 无数据, never 100%. Only a whole share is written 100%."""
    if not denominator:
        return NO_DATA
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    if tenths == 1000 and numerator != denominator:
        tenths = 999 if numerator < denominator else 1001
    return "100%" if tenths == 1000 else f"{tenths // 10}.{tenths % 10}%"


def size(octets: int) -> str:
    """640 KB, 2.4 MB."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} KB"
    return f"{octets / 1_000_000:.1f} MB"


def amount_in_words(fen: int) -> str:
    """大写金额: 捌仟陆佰元整. After 角 no 整; a nought before 角 or 分 is written (银发〔1997〕393号, the school's choice)."""
    if fen < 0:
        return "负" + amount_in_words(-fen)
    whole, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    head = f"{capital_whole(whole)}元" if whole else ""
    if not rest:
        return f"{head or '零元'}整"
    gap = "零" if whole and not (jiao and whole % 10) else ""
    tail = (f"{DIGITS[jiao]}角" if jiao else "") + (f"{DIGITS[last]}分" if last else "")
    return head + gap + tail


def capital_whole(n: int) -> str:
    """Four figures at a time; a nought is said once, between what is not nought."""
    groups = []
    while n:
        n, group = divmod(n, 10_000)
        groups.append(group)
    text = ""
    gap = False
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += capital_group(group) + GROUPS[at]
        gap = False
    return text


def capital_group(group: int) -> str:
    text = ""
    gap = False
    for at in range(3, -1, -1):
        digit = group // 10**at % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + PLACES[at]
        gap = False
    return text
