"""`repairing`: what breaks and is asked for; `rounds`: what is walked to and looked after."""

from .repairing import (
    DANGER,
    FIRST,
    IMPACTS,
    PLAIN,
    RANKS,
    SERVICES,
    SOONER,
    URGENCIES,
    Downtime,
    FaultType,
    OutsideRepair,
    PaperSlip,
    PartUsed,
    PriorityRule,
    Repair,
    Requester,
)
from .rounds import MaintenanceAnswer, MaintenanceJob, MaintenancePlan, Visit, VisitDue

__all__ = [
    "DANGER", "FIRST", "IMPACTS", "PLAIN", "RANKS", "SERVICES", "SOONER", "URGENCIES", "Downtime",
    "FaultType", "MaintenanceAnswer", "MaintenanceJob", "MaintenancePlan", "OutsideRepair", "PaperSlip",
    "PartUsed", "PriorityRule", "Repair", "Requester", "Visit", "VisitDue",
]  # fmt: skip
