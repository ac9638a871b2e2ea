"""`adnotice mode`: the mode for every process that shares the store."""

from __future__ import annotations

import sys
import time

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.peace import local_time, tell_peace
from adnotice.commands.processes import NOT_WAITED, find_mode, tell_processes, wait_until_obeyed
from adnotice.commands.stores import opened, whole_settings
from adnotice.count.ingest.heartbeat import read_beats
from adnotice.insight.audit_log import COMMAND_LINE
from adnotice.insight.mode_switch import DEFAULT, switch_mode
from adnotice.mode import NOTE, find_peace
from adnotice.notice.to_mend import find_unsaid
from adnotice.vocabulary import Mode

MODES: tuple[str, ...] = (Mode.OFF, Mode.MEASURE, Mode.ASK, DEFAULT)


def change_mode(asked: Arguments) -> int:
    """Shows or changes the mode that the store holds, and says what the processes do."""
    settings = whole_settings()
    with opened(asked, settings, create=asked.create) as store:
        if asked.mode:
            switch_mode(
                store.notes,
                None if asked.mode == DEFAULT else Mode(asked.mode),
                setting=settings.mode,
                before=find_mode(store, settings.mode),
                by=COMMAND_LINE,
                now=time.time(),
            )
        if asked.mode and asked.wait:
            wait_until_obeyed()
        peace_until = find_peace(store.notes, time.time())
        said, beats = store.notes.get(NOTE), read_beats(store, time.time())
        if asked.json:
            heard = [{"host": each.host, "pid": each.pid, "mode": each.mode, "at": each.at} for each in beats]
            told = {
                "mode": find_mode(store, settings.mode),
                "said": said is not None,
                "processes": heard,
                "peace_until": peace_until and local_time(peace_until, settings.count.timezone),
            }
            print(msgspec.json.encode(told).decode())
        else:
            print(said or "default: what the setting mode says")
            for line in tell_processes(beats, time.time()):
                print(line)
            if peace_until:
                print(tell_peace(peace_until, settings.count.timezone))
    if asked.mode == Mode.ASK and (unsaid := find_unsaid(settings.notice)):
        print(f"to mend: {unsaid}", file=sys.stderr)
    if asked.mode and not asked.wait:
        print(NOT_WAITED, file=sys.stderr)
    return 0
