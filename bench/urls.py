from django.urls import path

from houqin.config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from houqin.config.urls import urlpatterns as house

from . import yard

urlpatterns = [
    *house,
    path("yard/list/", yard.listing, name="yard-list"),
    path("yard/open/<str:number>/", yard.opened, name="yard-open"),
    path("yard/search/", yard.search, name="yard-search"),
    path("yard/step/<str:number>/", yard.step, name="yard-step"),
]
