"""报修: the contents page of the pattern area."""

from houqin.kernel.area import Area

from . import indicators
from .flow import REPAIR

AREA = Area(key="repairs", name="报修", icon="tool", group="事", flows=(REPAIR,), indicators=indicators.INDICATORS)
