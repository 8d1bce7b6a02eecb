"""Small views behind each kind of door; the house's own entrances stand beside them."""

from django import forms
from django.http import HttpResponse
from django.urls import path

from houqin.kernel.errors import NotYours, Overtaken, Refused
from houqin.kernel.people import actions as people
from houqin.ui import access, entrances

handler400 = "houqin.ui.errors.bad_request"
handler403 = "houqin.ui.errors.forbidden"
handler404 = "houqin.ui.errors.not_found"
handler500 = "houqin.ui.errors.server_error"


class CardForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=20)
    photos = forms.FileField(required=False)


@access.login
def desk(request):
    return HttpResponse(request.person.name)


@access.duty("accounts")
def accounts(request):
    return HttpResponse("accounts")


@access.fresh
@access.duty("approve-principal", "approve-vice")
def sign(request):
    return HttpResponse("signed")


@access.public
def board(request):
    return HttpResponse(f"{request.person.name}")


@access.login
def enrol(request):
    form = CardForm(request.POST, request.FILES)
    access.refuse_unknown(form, request)
    if not form.is_valid():
        raise Refused("姓名没填，没有保存。", field="name")

    def call():
        code = f"p-{access.body_hash(request)[:12]}"
        return people.enrol(code=code, name=form.cleaned_data["name"], act=access.act(request))

    kind, key = access.once(request, "enrol", call)
    return HttpResponse(f"{kind} {key}")


@access.login
def refusing(request, what):
    raise {"no": Refused("不行。", field="x"), "others": NotYours("不归你。"), "late": Overtaken("晚了。")}[
        what
    ]


@access.login
def broken(request):
    raise RuntimeError("secret words in a traceback")


def nobody_said(request):
    return HttpResponse("open to all by mistake")


urlpatterns = [
    *entrances.urlpatterns,
    path("", desk),
    path("accounts/", accounts),
    path("sign/", sign),
    path("board/", board),
    path("enrol/", enrol),
    path("api/enrol/", enrol),
    path("refusing/<str:what>/", refusing),
    path("api/refusing/<str:what>/", refusing),
    path("broken/", broken),
    path("nobody/", nobody_said),
]
