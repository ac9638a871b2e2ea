"""A small Django site, served through its ASGI handler, which has no websockets and no lifespan."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.static import serve
from site_parts import NEWS, STATIC, TEMPLATES, TITLE, stream_parts, with_adnotice

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="only-for-this-test",
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [TEMPLATES]}],
)
django.setup()


def home(request: HttpRequest) -> HttpResponse:
    """The front page."""
    return render(request, "home.html", {"title": TITLE})


async def live(_: HttpRequest) -> StreamingHttpResponse:
    """A page that arrives in parts."""
    return StreamingHttpResponse(stream_parts())


def news(_: HttpRequest) -> JsonResponse:
    """JSON."""
    return JsonResponse(NEWS)


def static(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """Files on disk."""
    found = serve(request, name, document_root=str(STATIC))
    body = b"".join(found)  # read here: Django warns when its ASGI handler has to iterate a file
    answer = HttpResponse(body, content_type=found["Content-Type"])
    answer["Last-Modified"] = found["Last-Modified"]
    return answer


urlpatterns = [path("", home), path("live", live), path("news", news), path("static/<str:name>", static)]

bare = get_asgi_application()
app = with_adnotice(bare)
