"""The walks in docs/design.md: how a page, a report, a choice and a tally go through the house, traced from real requests.

A hop is a module of ours whose function is handed the datum, in whatever form it has by then; a module that gets it again
counts once. What a module asks another without handing on the datum is no hop.
"""

from __future__ import annotations

import sys
from pathlib import Path

from adnotice import AdNoticeMiddleware

PACKAGE = Path(sys.modules[AdNoticeMiddleware.__module__].__file__ or "").parent
