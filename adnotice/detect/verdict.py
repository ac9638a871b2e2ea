"""Evidence becomes a verdict: careful before it accuses, honest when it doesn't know.

A view is clear as soon as one bait's witness arrived (and the probe, where there is one, does not fail). It is called
blocked only when what failed can't be put down to a bad network. Where every request is lost on its own with the same
probability p and nothing blocks, to lose k and to get m through has the chance p**k * (1-p)**m. It must be at most
`MAX_CHANCE` = 1e-4 a view.

* `content`: every bait stopped, over `ROUNDS` rounds after the first one, and every control that went out beside them
  arrived. 1 + 4 script baits, 4 image baits, 6 controls: at p = 0.3 that is 0.3**9 * 0.7**6 = 2.3e-6 (0.07 % for one
  false accusation in 300 views), at the p that suits it best, 0.6, still 4.1e-5. A blocker stops its baits before they
  leave the browser, so this costs a blocked view six small requests and a clear one none. A stylesheet and an element
  stand beside them as evidence (`Sign`): no verdict rests on those.
* `hosts`: the bait arrived, the site's ad script failed. With `ad_probe_load` it is asked for again: 5 failures spaced
  in time, 12 controls between them, 3.4e-5 at the p that suits it best. Without, what the page asked for failed once
  and can't be asked for again; 25 arrivals make that 0.3 * 0.7**25 = 4.0e-5 at p = 0.3, but on a network that seldom
  loses anything, one loss can't be told from a blocker: docs/detection.md says what that means.

Silence (no answer within the deadline) is never taken for a stop: blockers answer at once.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, NamedTuple

import msgspec

from adnotice.vocabulary import Ground, Kind, Sign, Verdict

ROUNDS: Final = 4
LOSS: Final = 0.3
MAX_CHANCE: Final = 1e-4

ElementState = Literal["", "hidden", "shown"]
ProbeState = Literal["", "works", "failed", "absent", "pending", "refused"]


class Fate(Enum):
    """What became of one request."""

    ARRIVED = "arrived"
    STOPPED = "stopped"
    SILENT = "silent"


Fates = tuple[Fate, ...]


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What one view's requests met, turn by turn; `csp`: the page's own policy stopped something.

    `probe` says how the site's ad script fared, `probe_failures` how often it failed.
    """

    script: Fates = ()
    script_control: Fates = ()
    image: Fates = ()
    image_control: Fates = ()
    style: Fates = ()
    style_control: Fates = ()
    element: ElementState = ""
    csp: bool = False
    probe: ProbeState = ""
    probe_failures: int = 0


class Judgement(NamedTuple):
    """A verdict with its ground."""

    verdict: Verdict
    kind: Kind | None
    ground: Ground


AT_ONCE: Final = (Fate.ARRIVED,)
NOTHING_AGAINST: Final = ("", "works", "absent")
CLEAR: Final = Judgement(Verdict.CLEAR, None, Ground.SCRIPT)


def judge(evidence: Evidence) -> Judgement:
    """The verdict on one view's evidence."""
    if evidence.script == AT_ONCE and evidence.probe in NOTHING_AGAINST:  # nearly every view
        return CLEAR
    ground = weigh_baits(evidence)
    if ground is Ground.STOPPED:
        return Judgement(Verdict.BLOCKED, Kind.CONTENT, ground)
    if ground not in (Ground.SCRIPT, Ground.RETRY, Ground.IMAGE):
        return unknown(ground)
    return weigh_probe(evidence) or Judgement(Verdict.CLEAR, None, ground)


def read_signs(evidence: Evidence) -> tuple[Sign, ...]:
    """What the stylesheet and the element say, each where its control stands beside it."""
    signs = []
    if _all(Fate.ARRIVED, evidence.style_control, 1):
        if _all(Fate.STOPPED, evidence.style, 1):
            signs.append(Sign.STYLE_STOPPED)
        elif Fate.ARRIVED in evidence.style:
            signs.append(Sign.STYLE_ARRIVED)
    if evidence.element:
        signs.append(Sign.ELEMENT_HIDDEN if evidence.element == "hidden" else Sign.ELEMENT_SHOWN)
    return tuple(signs)


def weigh_baits(evidence: Evidence) -> Ground:
    """What the baits and their controls say."""
    script, image = evidence.script, evidence.image
    if Fate.ARRIVED in script:
        return Ground.SCRIPT if len(script) == 1 else Ground.RETRY
    controls = (*evidence.script_control, *evidence.image_control)
    if Fate.ARRIVED in image:
        believed = _all(Fate.ARRIVED, evidence.script_control, ROUNDS // 2) and not evidence.csp
        return Ground.MIXED if believed and _all(Fate.STOPPED, script, ROUNDS + 1) else Ground.IMAGE
    if evidence.csp:
        return Ground.CSP
    if Fate.SILENT in script or Fate.SILENT in image:
        return Ground.SILENT
    if set(controls) - {Fate.ARRIVED}:
        return Ground.CONTROL
    tested = _all(Fate.STOPPED, script, ROUNDS + 1) and _all(Fate.STOPPED, image, ROUNDS)
    controlled = min(len(evidence.script_control), len(evidence.image_control)) >= ROUNDS // 2
    if tested and controlled and worst_chance(len(script) + len(image), len(controls)) <= MAX_CHANCE:
        return Ground.STOPPED
    return Ground.SHORT


def weigh_probe(evidence: Evidence) -> Judgement | None:
    """What the site's ad script says of a view whose bait arrived; None when nothing speaks against `clear`."""
    if evidence.probe == "refused":
        return unknown(Ground.CONSENT)
    if evidence.probe == "pending":
        return unknown(Ground.PENDING)
    if evidence.probe in NOTHING_AGAINST:
        return None
    if evidence.csp:
        return unknown(Ground.CSP)
    everything = (*evidence.script, *evidence.script_control, *evidence.image, *evidence.image_control)
    if set(everything) != {Fate.ARRIVED}:
        return unknown(Ground.CONTROL)
    failures = evidence.probe_failures
    likely = worst_chance(failures, len(everything)) if failures > 1 else chance(failures, len(everything), LOSS)
    if likely > MAX_CHANCE:
        return unknown(Ground.SHORT)
    return Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)


def chance(lost: int, arrived: int, loss: float) -> float:
    """How likely a network that loses this share of all requests shows this with nothing blocked."""
    return loss**lost * (1 - loss) ** arrived


def worst_chance(lost: int, arrived: int) -> float:
    """The same on the network that makes it likeliest."""
    return chance(lost, arrived, lost / max(1, lost + arrived))


def unknown(ground: Ground) -> Judgement:
    """No verdict, with its reason."""
    return Judgement(Verdict.UNKNOWN, None, ground)


def _all(fate: Fate, fates: Fates, least: int) -> bool:
    return len(fates) >= least and set(fates) == {fate}
