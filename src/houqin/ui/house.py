"""学校: the registers of the kernel's own cards: places, people, posts, school days, terms, lessons, labels;
and the figures."""

from __future__ import annotations

from houqin.kernel.area import Area, Page
from houqin.kernel.terms import actions as terms

from . import figures, first_days, house_channels, house_logins, house_settings
from .house_calendar import DAYS, PERIODS, TERMS
from .house_channels import CHANNELS, DELIVERIES
from .house_classes import CLASSES
from .house_delegations import DELEGATIONS
from .house_outside import OUTSIDE
from .house_people import PEOPLE
from .house_places import LABELS, OFFICE, PLACES, SCHOOL
from .house_posts import DUTIES, HOLDINGS, POSTS
from .house_tiers import TIERS

AREA = Area(
    key="house",
    name="学校",
    icon="school",
    group="家底",
    alerts=house_channels.alerts,
    first_steps=first_days.of_the_house,
    starts_with=terms.lay_out,
    registers=(
        SCHOOL,
        PLACES,
        PEOPLE,
        CLASSES,
        POSTS,
        DUTIES,
        HOLDINGS,
        TIERS,
        DELEGATIONS,
        DAYS,
        TERMS,
        PERIODS,
        LABELS,
        CHANNELS,
        DELIVERIES,
        OUTSIDE,
    ),
    pages=(
        Page(
            "settings/",
            "settings",
            house_settings.page,
            label="设置",
            icon="settings",
            group="家底",
            duties=OFFICE,
        ),
        Page(
            "figures/",
            "figures",
            figures.listing,
            label="数值",
            icon="adjustments-horizontal",
            duties=figures.MAY_SEE,
        ),
        Page("figures/<str:code>/", "figure", figures.change),
        Page(f"people/<int:key>/{house_logins.LINK}/", "link", house_logins.link),
    ),
)
