"""`adnotice annotate`: what people write beside the figures."""

from __future__ import annotations

import argparse
import sys
import time

from adnotice.commands import NoSite, check_site, opened, whole_settings
from adnotice.count.model.calendar import Calendar
from adnotice.insight.analysis.query import LABEL, choose_site
from adnotice.insight.annotations import Annotations, BadAnnotation
from adnotice.insight.trail import COMMAND_LINE


def add_annotate_options(annotate: argparse.ArgumentParser) -> None:
    """The command's options."""
    annotate.add_argument(
        "day", nargs="?", default="", help="a date such as 2026-11-09, or today; without one: list them"
    )
    annotate.add_argument("text", nargs="?", default="", help="what happened, such as: new wording")
    annotate.add_argument("--remove", metavar="ID", help="forget the annotation of this id, as the list has it")
    annotate.add_argument("--site", default="", help="else the first one there is")


def annotate_site(asked: argparse.Namespace) -> int:
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
        for each in kept.of(site):
            print(f"{each.id}  {each.day}  {each.text}  ({each.by})")
    return 0
