"""`manage.py adnotice …`: the command line of adnotice, with the site's own settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.core.management.base import BaseCommand

from adnotice.cli import main
from adnotice.configuration import reading
from adnotice.django.options import find_options, name_source


class Command(BaseCommand):
    """Hands all that follows its name on."""

    help = (
        "The command line of adnotice, with this site's settings: manage.py adnotice figures, … mode ask, … doctor URL"
    )
    requires_system_checks: Sequence[str] = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Django's way in. Ends the process with the command's exit status."""
        sys.exit(run(argv[2:]))


def run(arguments: list[str]) -> int:
    """Runs the command; returns the exit status."""
    options = find_options()
    if not options:
        return main(arguments)
    with reading(options, name_source()):
        return main(arguments)
