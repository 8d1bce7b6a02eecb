"""Build a school of the bench: people, places, the last weeks by our own actions, the years in bulk.

    python -m bench.generate FOLDER SIZE

The same size gives the same rows, but for tokens and passwords. `houqin check --full` passes on the result.
"""

import os
import sys
import time
from datetime import date, datetime, timedelta
from itertools import batched
from pathlib import Path
from random import Random

from .sizes import PEOPLE, PLACES, SIZES, TODAY, Size

PASSWORD = "bench-Kestrel-41"
BATCH = 500
FIRST_DAYS = timedelta(days=60)  # from the founding to the first repair
SETTLED = timedelta(days=28)  # whatever was reported so long ago is signed
TERM = 4  # the weeks from the last summer to SETTLED hold a quarter of a year's repairs


def main() -> None:
    folder, name = sys.argv[1:]
    os.environ.update(HOUQIN_DATA=folder, DJANGO_SETTINGS_MODULE="houqin.config.settings")
    Path(folder, "tmp").mkdir(parents=True)
    import django

    django.setup()
    began = time.monotonic()
    build(SIZES[name])
    Path(folder, "demo").write_text(TODAY.isoformat())
    print(f"{name} in {time.monotonic() - began:.0f} s", file=sys.stderr)


def build(size: Size) -> None:
    from houqin.config import demo, upkeep
    from houqin.kernel.act import Act
    from houqin.kernel.people import actions as people
    from houqin.kernel.people.queries import SYSTEM, built_in

    upkeep.ready(pages=False)
    people.ensure_built_in()
    demo.found(TODAY)
    until = demo.moment(TODAY)
    act = Act(by=built_in(SYSTEM), at=until - timedelta(days=366 * (size.years + 1)) - FIRST_DAYS, via="demo")
    for year in range(act.day.year - 1, TODAY.year - 2):
        demo.open_year(year, act)
    stage = _school(Random(demo.SEED), act)
    _repairs(size, stage, until)
    _titles(size.titles)


def _school(dice: Random, act):
    """300 people with logins, 400 places with labels, the classes, a worker for most fault types."""
    from houqin.areas.repairs import actions as repairs
    from houqin.areas.repairs import demo as told
    from houqin.areas.repairs.demo.materials import picture
    from houqin.config import demo
    from houqin.kernel.attachments.actions import Upload, keep
    from houqin.kernel.terms import queries as calendar

    staff = demo.enrol_all(dice, act)
    _more_people(dice, staff, act)
    rooms = demo.build(staff, act)
    _more_places(staff, act)
    demo.open_classes(TODAY, staff, act)
    teachers = [person for code, person in staff.items() if code.startswith(("teacher", "class-teacher"))]
    stage = told.Stage(rng=dice, hours=calendar.working_hours(), people=staff, rooms=rooms, teachers=teachers)
    repairs.lay_out(act=act)
    told.name_workers(stage, act)
    stage.photos = keep([Upload(f"照片{n}.jpg", picture(dice)) for n in range(1, 9)])
    return stage


def _more_people(dice: Random, staff: dict, act) -> None:
    """Teachers up to 300 people; everyone has a login with the password of the bench."""
    from houqin.config import demo
    from houqin.kernel.people.actions import logins
    from houqin.kernel.people.models import Post

    names, teacher = demo.fresh_names(dice), Post.objects.get(code="teacher")
    taken = {person.name for person in staff.values()}
    for n in range(1, PEOPLE - len(staff) + 1):
        name = next(name for name in names if name not in taken)
        taken.add(name)
        staff[f"teacher-new-{n}"] = demo.enrol(f"teacher-new-{n}", name, teacher, act)
    for code, person in staff.items():
        user = person.user or logins.open_account(person, username=code, act=act)
        person.refresh_from_db()
        logins.set_password(user, password=PASSWORD, act=act)


def _more_places(staff: dict, act) -> None:
    from houqin.kernel.places import actions as places
    from houqin.kernel.places.models import Place

    campus, walk = Place.objects.get(code="campus"), 10_000
    owner = staff["director"]
    made = [
        places.enter(
            code="sx", name="实训楼", kind="building", parent=campus, owner=owner, walk=walk, act=act
        )
    ]
    missing = PLACES - Place.objects.count()
    for n in range(missing):
        if n % 20 == 0:
            said = {"name": f"{n // 20 + 1} 层", "kind": "floor", "parent": made[0]}
            floor = places.enter(code=f"sx-{n // 20 + 1}", owner=owner, walk=walk + n + 1, act=act, **said)
            made.append(floor)
            continue
        said = {"name": f"实训室 {n // 20 + 1}{n % 20:02d}", "kind": "room", "parent": floor}
        made.append(places.enter(code=f"sx-r{n}", owner=owner, walk=walk + n + 1, act=act, **said))
    places.hang_labels(made, act=act)


def _repairs(size: Size, stage, until: datetime) -> None:
    """The years in bulk, the last weeks as the demo tells them, open ones among them; this term in bulk."""
    from houqin.areas.repairs import demo as told
    from houqin.kernel.act import Act
    from houqin.kernel.audit.sealing import actions as sealing

    begin = told.beginning(until)
    last = (begin - SETTLED).date()
    write(stage, size.repairs, last - timedelta(days=365 * size.years), last)
    days = told.school_days(begin, until)
    life = [*told.stories(stage, days), *told.still_open(stage, until), told.the_clock(days, until)]
    told.run(life, until, begin, lambda share, what: None)
    write(stage, size.repairs // size.years // TERM, begin.date(), (until - SETTLED).date())
    sealing.seal(act=Act(by=_system(), at=until, via="demo"))
    _put_journal_away()


def write(stage, count: int, first: date, last: date) -> None:
    """Write so many lives between two days, each batch sealed when it is in."""
    from houqin.areas.repairs.demo.materials import read_faults
    from houqin.kernel.act import Act
    from houqin.kernel.audit.sealing import actions as sealing
    from houqin.kernel.places.models import Place

    from .bulk import Writer
    from .lives import Stage, lives

    types = {code: row for code, row in stage.types.items() if row.worker}
    faults = [fault for fault in read_faults() if fault.code in types]
    told = Stage(
        hours=stage.hours, types=types, photos=stage.photos,
        people=[p for code, p in stage.people.items() if code.startswith(("teacher", "class-teacher"))],
        rooms=list(Place.objects.filter(kind__in=("room", "spot")).select_related("parent").order_by("pk")),
        faults=faults, weights=[1 if types[fault.code].after_photo else 8 for fault in faults],
    )  # fmt: skip
    writer, done = Writer(stage.hours), 0
    for batch in batched(lives(told, count, first, last, seed=count), BATCH):
        writer.write(list(batch))
        sealing.seal(act=Act(by=_system(), at=batch[-1].at + SETTLED, via="demo"))
        done += len(batch)
        print(f"\r{done:,} / {count:,}", end="", file=sys.stderr)


def _titles(more: int) -> None:
    """Search rows with the titles there are, over again, under a kind that needs no card."""
    if not more:
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM kernel_searchrow")
        most = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO kernel_searchrow (kind, key, title, words, at)"
            " SELECT 'repairs.faulttype', t.n * 10000000 + s.id, s.title, s.words, s.at"
            " FROM kernel_searchrow s, (SELECT 1 AS n UNION SELECT 2) t"
            " WHERE s.kind = 'kernel.matter' AND s.id <= %s LIMIT %s",
            [most, more],
        )


def _system():
    from houqin.kernel.people.queries import SYSTEM, built_in

    return built_in(SYSTEM)


def _put_journal_away() -> None:
    """The file as small as it gets, nothing left in its journal."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


if __name__ == "__main__":
    main()
