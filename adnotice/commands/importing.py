"""`adnotice import`: page views that a CDN counted."""

from __future__ import annotations

import sys

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.progress import progress
from adnotice.commands.stores import opened, whole_settings
from adnotice.count.cdn_import import NotImportable, import_served, read_served
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.page_templates import RoutePatterns


def import_page_views(asked: Arguments) -> int:
    """Takes over the page views in the file; returns the exit status."""
    settings = whole_settings()
    try:
        with asked.file.open(encoding="utf-8-sig", newline="") as lines:
            served = read_served(lines, asked.site or settings.site, RoutePatterns(settings.count.routes).name)
    except (OSError, UnicodeDecodeError, NotImportable) as error:
        print(f"{asked.file}: {error}", file=sys.stderr)
        return 1
    print(f"site: {asked.site or settings.site}, where the file names no other", file=sys.stderr)
    with opened(asked, settings, create=True) as store, progress("counting") as tell:
        done = import_served(store, Calendar(settings.count.timezone), served, tell)
    if asked.json:
        known = [{"site": site, "day": day} for site, day in done.known]
        print(msgspec.json.encode({"views": done.views, "days": done.days, "known": known}).decode())
        return 0
    views, days = "view" if done.views == 1 else "views", "day" if done.days == 1 else "days"
    print(f"{done.views:,} {views} of {done.days:,} {days} imported")
    for site, day in done.known:
        print(f"{day} of {site} had been imported before: left as it was")
    return 0
