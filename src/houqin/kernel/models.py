"""Every table of the kernel, gathered for Django."""

from .approvals.models import ApprovalRoute, ApprovalStep, Delegation, RuleSet, RuleTier
from .attachments.models import Attachment, Blob, Withdrawal
from .audit.models import Change, Seal
from .classes.models import SchoolClass
from .doors.models import Operation, Tries
from .matters.models import Event, Link, Matter
from .notices.models import Channel, Delivery, Notice, NoticeChoice
from .numbering.models import Series
from .people.models import (
    ApiToken,
    Duty,
    Group,
    Holding,
    ListChoice,
    LoginLink,
    LoginSession,
    Membership,
    OutsideAccount,
    OutsideLogin,
    Person,
    PersonalDetail,
    Post,
    SecondFactor,
    SpareCode,
    User,
)
from .places.models import Label, Place
from .schedule.models import Schedule, Slot, TickRun
from .school.models import FigureSetting, School
from .search.models import SearchRow
from .signatures.models import Signature
from .terms.models import LessonPeriod, SchoolDay, SchoolYear, Term

__all__ = [
    "ApiToken", "ApprovalRoute", "ApprovalStep", "Attachment", "Blob", "Change", "Channel", "Delegation",
    "Delivery", "Duty", "Event", "FigureSetting", "Group", "Holding", "Label", "LessonPeriod", "Link",
    "ListChoice", "LoginLink", "LoginSession", "Matter", "Membership", "Notice", "NoticeChoice",
    "Operation", "OutsideAccount", "OutsideLogin", "Person", "PersonalDetail", "Place", "Post", "RuleSet",
    "RuleTier", "Schedule", "School", "SchoolClass", "SchoolDay", "SchoolYear", "Seal", "SearchRow",
    "SecondFactor", "Series", "Signature", "Slot", "SpareCode", "Term", "TickRun", "Tries", "User",
    "Withdrawal",
]  # fmt: skip
