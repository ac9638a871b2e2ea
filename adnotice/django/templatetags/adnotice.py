"""`{% load adnotice %}`: where readers see what is counted and can object, and the mark of pages on which nobody is asked."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from adnotice.django.options import read_options
from adnotice.http.headers import quote_root

register = template.Library()


@register.simple_tag(takes_context=True)
def adnotice_about(context: Any) -> str:
    """`{% adnotice_about %}`: the address of the public page, for a link in the privacy policy."""
    request = context.get("request")
    root = quote_root(request.META.get("SCRIPT_NAME", "")) if request is not None else ""
    return f"{root}{read_options().prefix}/about"


@register.simple_tag
def adnotice_quiet() -> SafeString:
    """`{% adnotice_quiet %}`, in the head: this page is measured, and its readers are never asked."""
    return mark_safe('<meta name="adnotice" content="quiet">')
