"""The moment as of which the data is looked at: the newest thing written.
A restored backup has its own today.
"""

from datetime import date

from django.db.models import Max
from django.utils import timezone

from ..audit.models import Change
from ..matters.models import Event


def newest_day() -> date:
    moments = [found for model in (Event, Change) if (found := model.objects.aggregate(at=Max("at"))["at"])]
    return timezone.localtime(max(moments)).date() if moments else date.max
