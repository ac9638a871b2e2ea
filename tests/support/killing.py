"""A site that is killed at any moment while readers report."""

from __future__ import annotations

import random
import time

from tests.count.reporting import Readers, Site


def kill_often(site: Site, times: int) -> Readers:
    """Kills all of the site so often while readers report; what they were told must be what was counted."""
    mixed = random.Random()  # noqa: S311 - moments, not secrets
    readers = Readers(site)
    with site.running():
        with readers.reading():
            for _ in range(times):
                before = readers.acknowledged
                while readers.acknowledged < before + 20:
                    time.sleep(0.01)
                time.sleep(mixed.uniform(0, 0.3))
                site.kill()
                site.start()
        assert readers.problems == []
        assert site.views() == readers.acknowledged
    return readers
