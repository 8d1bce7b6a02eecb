"""The URLs of logging in and out, of one's own login, and of the server's health;
mounted at the root by config."""

from django.urls import path

from . import account, demo_door, health, login, notice_choice, outside

urlpatterns = [
    path("login/", login.login, name="login"),
    path("login/second/", login.second, name="login-second"),
    path("login/by/<int:key>/", outside.begin, name="login-by"),
    path("login/by/<int:key>/back/", outside.back, name="login-back"),
    path("logout/", login.logout, name="logout"),
    path("first/<str:token>/", login.first, name="first"),
    path("demo/enter/", demo_door.enter, name="demo-enter"),
    path("me/again/", account.again, name="again"),
    path("me/password/", account.password, name="password"),
    path("me/sessions/", account.sessions, name="sessions"),
    path("me/second/", account.second, name="second"),
    path("me/outside/", outside.mine, name="outside"),
    path("me/notices/", notice_choice.page, name="notice-choice"),
    path("me/notices/mail/", notice_choice.prove, name="notice-mail"),
    path("healthz", health.healthz, name="healthz"),
    path(".well-known/security.txt", health.security_txt, name="security-txt"),
]
