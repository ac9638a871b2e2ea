"""What a report's witnesses prove: the texts that came become evidence."""

from __future__ import annotations

from typing import Final

from adnotice.detect.baits import IMAGE, SCRIPT, SIZED, STYLE
from adnotice.detect.report import SILENT, STOPPED, Report
from adnotice.detect.verdict import AT_ONCE, Evidence, Fate, Fates
from adnotice.detect.witness import Age, Witnesses, probe_of
from adnotice.http.messages import Rejected
from adnotice.vocabulary import Rejection

USUAL: Final = (SCRIPT, IMAGE)
ARRIVED_AT_ONCE: Final = Evidence(AT_ONCE)

EXPLAINED: Final = {
    Age.FORGED: (Rejection.FORGED, "witness forged: it was not signed here for this view"),
    Age.EXPIRED: (Rejection.EXPIRED, "witness expired: reports are taken for some minutes only"),
    Age.FUTURE: (
        Rejection.FUTURE,
        "witness from the future: a server's clock is off by more than two minutes",
    ),
}


def weigh(report: Report, witnesses: Witnesses) -> tuple[Evidence, int]:
    """The evidence, and when the first witness was made (seconds since the epoch): the same for every retry of a report.

    Raises `Rejected` (403) when a witness is false, or when there is none.
    """
    probe = probe_of(report.id)
    script, image = SIZED if report.sized else USUAL
    if report.arrived_at_once():  # nearly every view
        return ARRIVED_AT_ONCE, check(f"{script.folder}{probe}-0{SCRIPT.ending}", report.script[0], witnesses)
    made: list[int] = []
    evidence = Evidence(
        weigh_tokens(report.script, script.folder + probe, witnesses, made),
        weigh_tokens(report.script_control, SCRIPT.control_folder + probe, witnesses, made),
        weigh_sizes(report.image, image.folder + probe, witnesses, made),
        weigh_sizes(report.image_control, IMAGE.control_folder + probe, witnesses, made),
        weigh_styles(report.style, STYLE.folder + probe, witnesses),
        weigh_styles(report.style_control, STYLE.control_folder + probe, witnesses),
        report.csp,
        report.probe,
        report.probe_answers,
        report.others,
        report.filled,
    )
    if not made:
        raise Rejected(Rejection.NO_WITNESS, "no witness: a report needs at least one bait or control that arrived")
    return evidence, made[0]


def check(address: str, token: str, witnesses: Witnesses) -> int:
    """When the token was made. Raises `Rejected` for one that does not prove that this address arrived."""
    made = witnesses.check(address, token)
    if isinstance(made, int):
        return made
    raise Rejected(*EXPLAINED[made])


def weigh_tokens(tokens: tuple[str, ...], stem: str, witnesses: Witnesses, made: list[int]) -> Fates:
    """The fates of scripts, turn by turn; adds to `made` when those that arrived were made."""
    fates = []
    for turn, token in enumerate(tokens):
        if token in (STOPPED, SILENT):
            fates.append(Fate.SILENT if token else Fate.STOPPED)
            continue
        made.append(check(f"{stem}-{turn}{SCRIPT.ending}", token, witnesses))
        fates.append(Fate.ARRIVED)
    return tuple(fates)


def weigh_sizes(sizes: tuple[str, ...], stem: str, witnesses: Witnesses, made: list[int]) -> Fates:
    """The fates of images; adds to `made` when those that arrived were made.

    A size that proves nothing is a blocker's own picture, and no forgery: the browser can't know our code.
    """
    fates = []
    for turn, size in enumerate(sizes):
        proof = None if size in (STOPPED, SILENT) else witnesses.find_window(f"{stem}-{turn}{IMAGE.ending}", size)
        if proof is not None:
            made.append(proof)
            fates.append(Fate.ARRIVED)
        else:
            fates.append(Fate.SILENT if size == SILENT else Fate.STOPPED)
    return tuple(fates)


def weigh_styles(tokens: tuple[str, ...], stem: str, witnesses: Witnesses) -> Fates:
    """The fates of stylesheets: evidence only, so a token that proves nothing is a blocker's own stylesheet, no forgery,
    and none tells when the view began."""
    fates = []
    for turn, token in enumerate(tokens):
        if isinstance(witnesses.check(f"{stem}-{turn}{STYLE.ending}", token), int):
            fates.append(Fate.ARRIVED)
        else:
            fates.append(Fate.SILENT if token == SILENT else Fate.STOPPED)
    return tuple(fates)
