"""通知: what one was told, newest first; opening it reads it."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from houqin.kernel.errors import NotThere
from houqin.kernel.matters.models import Matter
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
    """/notices/<id>/: read it and go where it points, or be told why not any more."""
    notice = get_object_or_404(queries.to(request.person), pk=pk)
    if notice.read_at is None:
        actions.read([notice], act=access.act(request))
    matter = notice.matter
    if matter is None:
        return HttpResponseRedirect(access.safe_next(notice.link, reverse("notices")))
    if not Matter.objects.visible_to(request.person, request.now).filter(pk=matter.pk).exists():
        raise NotThere(f"{matter.number} 不在你手上了，现在不归你看。通知里说的是：{notice.text}", told=True)
    return HttpResponseRedirect(url_of(matter))
