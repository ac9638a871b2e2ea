"""`adnotice annotate`: what people write beside the figures."""

from __future__ import annotations

import sys
import time

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.stores import NoSite, check_site, opened, whole_settings
from adnotice.count.model.calendar import Calendar
from adnotice.insight.analysis.query import LABEL, choose_site
from adnotice.insight.annotations import Annotations, BadAnnotation
from adnotice.insight.audit_log import COMMAND_LINE


def annotate_site(asked: Arguments) -> int:
    """Keeps an annotation, removes one, or lists them; returns the exit status."""
    settings = whole_settings()
    with opened(asked, settings) as store:
        check_site(store, asked.site)
        labelled = {name.removeprefix(LABEL) for name in store.notes.names(LABEL)}
        site = asked.site or choose_site(store.sites(), settings.site, labelled)
        if not site:
            raise NoSite("nothing has been counted yet: there are no figures to annotate")
        kept, now = Annotations(store.notes), time.time()
        try:
            if asked.remove:
                kept.remove(asked.remove, by=COMMAND_LINE, now=now)
            elif asked.day:
                today = Calendar(settings.count.timezone).today(now)
                kept.add(site, asked.day, asked.text, by=COMMAND_LINE, now=now, today=today)
        except BadAnnotation as problem:
            print(problem, file=sys.stderr)
            return 1
        print(f"site: {site}", file=sys.stderr)
        found = kept.of(site)
        if asked.json:
            print(msgspec.json.encode(found).decode())
            return 0
        for each in found:
            print(f"{each.id}  {each.day}  {each.text}  ({each.by})")
    return 0
