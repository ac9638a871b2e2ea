"""`{% load adnotice %}`: where readers see what is counted, and can object."""

from __future__ import annotations

from typing import Any

from django import template

from adnotice.django.options import read_options
from adnotice.http.headers import quote_root

register = template.Library()


@register.simple_tag(takes_context=True)
def adnotice_about(context: Any) -> str:
    """`{% adnotice_about %}`: the address of the public page, for a link in the privacy policy."""
    request = context.get("request")
    root = quote_root(request.META.get("SCRIPT_NAME", "")) if request is not None else ""
    return f"{root}{read_options().prefix}/about"
