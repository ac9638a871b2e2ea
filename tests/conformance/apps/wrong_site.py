"""Small sites whose adnotice has wrong settings, as a user writes them: in each place where it can stand."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.applications import Starlette
from starlette.routing import Mount

from adnotice import AdNoticeMiddleware

PAGE = "<!doctype html><html lang=en><head><title>Budget</title></head><body><p>Text.</p></body></html>"
WRONG = {"secret_key": "short", "sitename": "The Daily Example", "mode": "loud"}

added = FastAPI()
added.add_middleware(AdNoticeMiddleware, **WRONG)


@added.get("/", response_class=HTMLResponse)
async def home() -> str:
    """The front page."""
    return PAGE


around = AdNoticeMiddleware(FastAPI(routes=added.routes), **WRONG)
mounted = Starlette(routes=[Mount("/", app=around)])

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="only-for-this-test", MIDDLEWARE=[])
django.setup()


def django_home(_: HttpRequest) -> HttpResponse:
    """The front page."""
    return HttpResponse(PAGE)


urlpatterns = [path("", django_home)]
handler = AdNoticeMiddleware(get_asgi_application(), **WRONG)
