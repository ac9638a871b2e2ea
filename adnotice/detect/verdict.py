"""Evidence becomes a verdict: careful before it accuses, honest when it doesn't know.

A view is clear as soon as one bait's witness arrived (and the probe, where there is one, does not fail). It is called
blocked only when what failed can't be put down to a bad network. Where every request is lost on its own with the same
probability p and nothing blocks, to lose k and to get m through has the chance p**k * (1-p)**m. It must be at most
`MAX_CHANCE` = 1e-4 a view.

* `content`: every bait stopped, over `ROUNDS` rounds after the first one, and every control that went out beside them
  arrived. 1 + 4 script baits, 4 image baits, 6 controls: at p = 0.3 that is 0.3**9 * 0.7**6 = 2.3e-6 (0.07 % for one
  false accusation in 300 views), at the p that suits it best, 0.6, still 4.1e-5. A blocker stops its baits before they
  leave the browser, so this costs a blocked view six small requests and a clear one none. A stylesheet
  stands beside them as evidence (`Sign`): no verdict rests on it.
* `hosts`: the bait arrived, the site's ad script failed: an error, or a load that had no effect, never one that still
  loads. Its address was then asked again, `ROUNDS` times, rounds apart, by a request that runs nothing, and each time it
  was refused at once, while 3 controls a round arrived. The script's own failure is not counted, for a reader who presses
  Stop makes it: 4 refused of 4, and 13 arrivals (the bait, 12 controls) have the chance 9.4e-5 at the p that suits it
  best, 4/17, and 7.8e-5 at p = 0.3. What was lost once is asked again in vain by nobody: one answer is enough for
  `unknown`. An answer that does not come from the network (`replaced`) is a blocker's own file: no loss makes one. Where
  other third parties of the page failed too, and none arrived, the network ends at the site, and nothing is said.

`partly`: every bait stopped as for `content`, and a slot of the page was filled by the ad network itself. A library that
works is not enough, since blockers bring stand-ins that do.

Silence (no answer within the deadline) is never taken for a stop: blockers answer at once.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, NamedTuple

import msgspec

from adnotice.vocabulary import Ground, Kind, Sign, Verdict

ROUNDS: Final = 4
MAX_CHANCE: Final = 1e-4

ProbeState = Literal["", "works", "failed", "absent", "pending", "refused"]
ProbeAnswer = Literal["", "late", "arrived", "replaced"]
OthersState = Literal["", "arrived", "failed"]


class Fate(Enum):
    """What became of one request."""

    ARRIVED = "arrived"
    STOPPED = "stopped"
    SILENT = "silent"


Fates = tuple[Fate, ...]


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What one view's requests met, turn by turn; `csp`: the page's own policy stopped something.

    `probe` says how the site's ad script fared, `probe_answers` what came of asking its address again, `others` what became
    of other third parties on the page, `filled` that an ad slot of the page was filled.
    """

    script: Fates = ()
    script_control: Fates = ()
    image: Fates = ()
    image_control: Fates = ()
    style: Fates = ()
    style_control: Fates = ()
    csp: bool = False
    probe: ProbeState = ""
    probe_answers: tuple[ProbeAnswer, ...] = ()
    others: OthersState = ""
    filled: bool = False


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
    if ground is Ground.STOPPED and evidence.filled:
        return Judgement(Verdict.PARTLY, None, Ground.FILLED)
    if ground is Ground.STOPPED:
        return Judgement(Verdict.BLOCKED, Kind.CONTENT, ground)
    if ground not in (Ground.SCRIPT, Ground.RETRY, Ground.IMAGE):
        return unknown(ground)
    return weigh_probe(evidence) or Judgement(Verdict.CLEAR, None, ground)


def read_signs(evidence: Evidence) -> tuple[Sign, ...]:
    """What the stylesheet says, where its control stands beside it."""
    signs = []
    if _all(Fate.ARRIVED, evidence.style_control, 1):
        if _all(Fate.STOPPED, evidence.style, 1):
            signs.append(Sign.STYLE_STOPPED)
        elif Fate.ARRIVED in evidence.style:
            signs.append(Sign.STYLE_ARRIVED)
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


def weigh_probe(  # noqa: C901 - one reason after another; docs/detection.md has them in this order
    evidence: Evidence,
) -> Judgement | None:
    """What the site's ad script says of a view whose bait arrived; None when nothing speaks against `clear`."""
    if evidence.probe == "refused":
        return unknown(Ground.CONSENT)
    if evidence.probe == "pending":
        return unknown(Ground.PENDING)
    if evidence.probe in NOTHING_AGAINST:
        return None
    if evidence.csp:
        return unknown(Ground.CSP)
    answers = set(evidence.probe_answers)
    if "replaced" in answers:
        return Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.STAND_IN)
    if "arrived" in answers:
        return unknown(Ground.ANSWERED)
    if "late" in answers:
        return unknown(Ground.SILENT)
    if evidence.others == "failed":
        return unknown(Ground.ISOLATED)
    everything = (*evidence.script, *evidence.script_control, *evidence.image, *evidence.image_control)
    if set(everything) != {Fate.ARRIVED}:
        return unknown(Ground.CONTROL)
    refused = len(evidence.probe_answers)
    if refused < ROUNDS or worst_chance(refused, len(everything)) > MAX_CHANCE:
        return unknown(Ground.SHORT)
    return Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)


def shows_ads_allowed(evidence: Evidence, asked: str, *, again: bool) -> bool:
    """Whether a view that is clear proves that ads are allowed now to a reader who was asked about this kind of blocking.

    After `hosts` an arrived bait says nothing, since it arrived then too: the ad script must work; where it is checked
    `again` in the same page, in which a script that failed is not loaded again, its address must answer.
    """
    if asked != Kind.HOSTS:
        return True
    return evidence.probe == "works" or (again and "arrived" in evidence.probe_answers)


def judge_again(judgement: Judgement, evidence: Evidence, asked: str) -> Judgement:
    """The verdict for a reader who was asked about this kind of blocking and has the same page checked again."""
    allowed = shows_ads_allowed(evidence, asked, again=True)
    if judgement.verdict is Verdict.CLEAR:
        return judgement if allowed else unknown(Ground.PENDING)
    if judgement.ground is Ground.ANSWERED and asked == Kind.HOSTS:
        return Judgement(Verdict.CLEAR, None, Ground.ANSWERED)
    return judgement


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
