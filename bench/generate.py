"""Fill a demo school with years of repairs, in bulk: the same rows our own actions would write, only faster.

    python -m bench.generate FOLDER --matters 20000

Seeded by the size: the same size gives the same rows. The school (people, places, fault types) is the
demo school in FOLDER, made by `houqin demo` before; `houqin check --full` passes on the result.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

FAULTS = ("灯管不亮", "水龙头滴水", "门锁打不开", "课桌松动", "一体机没有声音", "空调不制热", "网络不通", "窗户关不严", "插座没电",
          "下水道堵了", "风扇有响声", "黑板掉漆", "饮水机不出热水", "墙皮脱落", "厕所水箱长流水")  # fmt: skip
BATCH = 2000
STEPS = (("open", "", "assigned"), ("arrive", "assigned", "assigned"), ("finish", "assigned", "fixed"),
         ("remind", "fixed", "fixed"), ("sign", "fixed", "signed"))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("--matters", type=int, default=20_000)
    asked = parser.parse_args()
    os.environ.update(HOUQIN_DATA=asked.folder, DJANGO_SETTINGS_MODULE="houqin.config.settings")
    import django

    django.setup()
    started = time.perf_counter()
    for done in fill(asked.matters):
        print(f"\r{done:,} / {asked.matters:,}", end="", file=sys.stderr)
    print(f"\r{asked.matters:,} matters in {time.perf_counter() - started:.0f} s", file=sys.stderr)


def fill(count: int) -> Iterator[int]:
    """Add `count` signed repairs before the oldest one there is; yields how many are done."""
    from django.db import transaction

    from houqin.areas.repairs.models import FaultType
    from houqin.kernel.matters.models import Matter
    from houqin.kernel.people.models import Person
    from houqin.kernel.people.queries import SYSTEM, built_in, holders
    from houqin.kernel.places import queries as places

    dice = random.Random(count)
    oldest = Matter.objects.order_by("opened_at").values_list("opened_at", flat=True)[0]
    school = {
        "rooms": list(places.rooms()), "types": list(FaultType.objects.order_by("pk")),
        "workers": list(holders("repair-worker", oldest.date())), "system": built_in(SYSTEM),
        "people": list(Person.objects.filter(built_in=False, left_on=None).exclude(user=None).order_by("pk")),
    }  # fmt: skip
    first = oldest - timedelta(minutes=26 * (count + 1))
    for start in range(0, count, BATCH):
        with transaction.atomic():
            _batch(dice, school, first, range(start, min(start + BATCH, count)))
        yield min(start + BATCH, count)


def _batch(dice: random.Random, school: dict, first: datetime, numbers: range) -> None:
    from houqin.areas.repairs.models import Repair
    from houqin.kernel import entries
    from houqin.kernel.matters.models import Matter
    from houqin.kernel.search import actions as search
    from houqin.kernel.search.models import SearchRow

    made = [_matter(dice, school, first + timedelta(minutes=26 * n)) for n in numbers]
    matters = Matter.objects.bulk_create([matter for matter, *_ in made], batch_size=500)
    Repair.objects.bulk_create([_repair(*row) for row in made], batch_size=500)
    events = entries.write_many([event for row in made for event in _events(school, *row)])
    entries.write_many([_signature(event) for event in events if event.step == "sign"])
    search.feed_many(
        SearchRow(
            kind="kernel.matter",
            key=m.pk,
            title=str(m)[:200],
            words=m.found_by,
            at=m.opened_at,
        )
        for m in matters
    )


_serials: dict[int, int] = {}


def _matter(dice: random.Random, school: dict, opened_at: datetime) -> tuple:
    """One repair of some day, signed the next; numbered in a series of its own years."""
    from django.utils import timezone

    from houqin.kernel.matters.models import Matter
    from houqin.kernel.numbering import actions as numbering

    room, kind, fault = dice.choice(school["rooms"]), dice.choice(school["types"]), dice.choice(FAULTS)
    opener, worker = dice.choice(school["people"]), dice.choice(school["workers"])
    fixed_at = opened_at + timedelta(minutes=dice.randrange(20, 900))
    year = timezone.localtime(opened_at).year
    serial = numbering.take("BX", year)
    matter = Matter(
        number=numbering.written("BX", year, serial), prefix="BX", year=year, serial=serial,
        kind="repairs.repair",
        title=f"{room.name} {fault}", state="signed", place=room, opened_by=opener, opened_at=opened_at,
        due_at=opened_at + timedelta(hours=10), closed_at=fixed_at + timedelta(hours=2),
    )  # fmt: skip
    return matter, kind, worker, fixed_at


def _repair(matter, kind, worker, fixed_at):
    from houqin.areas.repairs.models import Repair

    return Repair(
        matter=matter, fault_type=kind, detail=matter.title.split()[-1], worker=worker,
        received_on=matter.opened_at.date(), assigned_at=matter.opened_at,
        assign_minutes=0, first_minutes=15, responded_at=matter.opened_at + timedelta(minutes=15),
        fixed_at=fixed_at,
        response_due_at=matter.opened_at + timedelta(hours=2), fix_due_at=matter.due_at, cause="wear",
        fix="换新",
        net_minutes=int((fixed_at - matter.opened_at).total_seconds() // 60), rating=5,
    )  # fmt: skip


def _events(school, matter, kind, worker, fixed_at):
    from houqin.kernel.matters.models import Event

    arrived_at, reminded_at = matter.opened_at + timedelta(minutes=15), fixed_at + timedelta(hours=1)
    moments = (matter.opened_at, arrived_at, fixed_at, reminded_at,
               matter.closed_at)  # fmt: skip
    doers = (matter.opened_by, worker, worker, school["system"], matter.opened_by)
    holders = (worker, worker, matter.opened_by, matter.opened_by, None)
    for (step, was, now), at, by, holder in zip(STEPS, moments, doers, holders, strict=True):
        yield Event(
            matter=matter, step=step, from_state=was, to_state=now, by=by, to_holder=holder, at=at, via="demo"
        )


def _signature(event):
    from houqin.kernel.signatures.models import Signature

    return Signature(
        event=event, signer=event.by, way="login", says=f"{event.matter.number} 已修好", at=event.at
    )


if __name__ == "__main__":
    main()
