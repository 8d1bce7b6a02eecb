"""B2 in a process of its own: every declared indicator over the school's term; the median of five."""

import json
import os
import statistics
import time
from datetime import datetime
from datetime import time as hour

HOUR = hour(9, 0)  # of the bench's morning


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "houqin.config.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils.timezone import get_default_timezone

    from houqin.kernel.area import areas
    from houqin.kernel.indicators import queries
    from houqin.kernel.indicators.declare import Period
    from houqin.kernel.terms.queries import term_on

    from .sizes import TODAY

    term = term_on(TODAY)
    now = datetime.combine(TODAY, HOUR, get_default_timezone())
    period = Period(term.starts_on, term.ends_on, now=now)
    asked = [i for area in areas() for i in area.indicators]
    with CaptureQueriesContext(connection) as said:
        values = {each.code: queries.value(each, period) for each in asked}
    check(values, period)
    waited, worked = [], []
    for _ in range(5):
        began, was = time.perf_counter(), time.process_time()
        for each in asked:
            queries.value(each, period)
        waited.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - was))
    both = {"ms": statistics.median(waited), "cpu": statistics.median(worked)}
    print(json.dumps({**both, "count": len(asked), "queries": len(said)}))


SQL = {
    "IND-1.1.4d-1": "SELECT round(avg(r.net_minutes) / 60.0, 1) FROM repairs_repair r"
    " JOIN repairs_faulttype t ON t.id = r.fault_type_id AND NOT t.request"
    " JOIN kernel_matter m ON m.id = r.matter_id AND m.state <> 'fixed_on_spot'"
    " WHERE r.fixed_at >= %s AND r.fixed_at < %s",
    "IND-1.1.4d-2": "SELECT round(100.0 * sum(r.fixed_at IS NOT NULL AND r.fixed_at <= r.fix_due_at)"
    " / count(*), 1)"
    " FROM repairs_repair r JOIN kernel_matter m ON m.id = r.matter_id"
    " JOIN repairs_faulttype t ON t.id = r.fault_type_id AND NOT t.request"
    " WHERE r.fix_due_at >= %s AND r.fix_due_at < %s AND m.paused_at IS NULL"
    " AND m.state NOT IN ('cancelled', 'declined', 'merged', 'fixed_on_spot')",
    "IND-2.2.1c-1": "SELECT round(100.0 * sum(state = 'signed') / count(*), 1) FROM kernel_matter"
    " WHERE kind = 'repairs.repair' AND state IN ('signed', 'timed_out', 'closed_by_office')"
    " AND closed_at >= %s AND closed_at < %s",
}


def check(values: dict, period) -> None:
    """Three of them against plain SQL; of what falls due only what is due by now."""
    from django.db import connection

    ends = {
        code: min(period.until, period.now) if "fix_due_at >=" in sql else period.until
        for code, sql in SQL.items()
    }
    for code, sql in SQL.items():
        if code not in values:
            continue
        with connection.cursor() as cursor:
            moments = (period.since, ends[code])
            cursor.execute(sql, [connection.ops.adapt_datetimefield_value(at) for at in moments])
            wanted = cursor.fetchone()[0]
        assert abs(float(values[code].value) - wanted) < 0.051, f"{code}: {values[code].value}, SQL {wanted}"


if __name__ == "__main__":
    main()
