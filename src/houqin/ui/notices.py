"""通知: what one was told, newest first; opening it reads it."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from houqin.kernel.notices import actions, queries

from . import access
from .addresses import url_of

PAGE = 50


@access.login
def page(request: access.Request) -> HttpResponse:
    """/notices/; a POST reads them all."""
    if request.method == "POST":
        unread = list(queries.to(request.person).filter(read_at=None))
        actions.read(unread, act=access.act(request))
        return HttpResponseRedirect(reverse("notices"), status=303)
    rows = Paginator(queries.to(request.person).using("reader"), PAGE).get_page(request.GET.get("page"))
    return render(request, "ui/notices.html", {"rows": rows, "back": {"url": "/"}})


@access.login
def follow(request: access.Request, pk: int) -> HttpResponse:
    """/notices/<id>/: read it and go where it points."""
    notice = get_object_or_404(queries.to(request.person), pk=pk)
    if notice.read_at is None:
        actions.read([notice], act=access.act(request))
    target = url_of(notice.matter) if notice.matter else access.safe_next(notice.link, reverse("notices"))
    return HttpResponseRedirect(target)
