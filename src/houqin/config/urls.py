"""Mounts the kit's own pages and every area under its own key; the only module that walks them."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from houqin.kernel.area import Area, areas
from houqin.ui import (
    desk,
    entrances,
    files,
    labels,
    matter,
    me,
    notices,
    paper,
    phone,
    scan,
    search,
    slips,
    tokens,
    trust,
    withdraw,
)
from houqin.ui.api import document
from houqin.ui.register.urls import register_urls
from houqin.ui.slips import OPEN

handler400 = "houqin.ui.errors.bad_request"
handler403 = "houqin.ui.errors.forbidden"
handler404 = "houqin.ui.errors.not_found"
handler500 = "houqin.ui.errors.server_error"


def of_area(area: Area) -> list[URLPattern | URLResolver]:
    """Opening slips, pages, registers."""
    openings = [
        path(f"{kind.partition('.')[2]}/new/", slips.new, {"kind": kind}, name=f"new-{kind}")
        for kind, step in area.slips
        if step == OPEN
    ]
    pages = [path(page.path, page.view, name=page.name) for page in area.pages if not page.at_root]
    return [*openings, *pages, *register_urls(area)]


urlpatterns: list[URLPattern | URLResolver] = [
    *entrances.urlpatterns,
    *trust.urlpatterns,
    *tokens.urlpatterns,
    path("files/<int:attachment>/withdraw/", withdraw.page, name="withdraw"),
    *phone.urlpatterns,
    *files.urlpatterns,
    path("", desk.desk, name="desk"),
    path("matters/<str:number>/", matter.page, name="matter"),
    path("matters/<str:number>/paper/", paper.paper, name="paper"),
    path("matters/<str:number>/<slug:step>/", slips.take, name="slip"),
    path("scan/", scan.camera, name="camera"),
    path("s/<str:code>/", scan.scan, name="scan"),
    path("s/<str:code>/<slug:offer>/", scan.scan, name="offer"),
    path("labels/", labels.sheet, name="labels"),
    path("search/", search.page, name="search"),
    path("notices/", notices.page, name="notices"),
    path("notices/<int:pk>/", notices.follow, name="notice"),
    path("me/", me.page, name="me"),
    path("registers/", me.registers, name="registers"),
    *(path(page.path, page.view, name=page.name) for area in areas() for page in area.pages if page.at_root),
    path("api/v1/", document.urls()),
    *(path(f"{area.key}/", include((of_area(area), area.key))) for area in areas()),
]
