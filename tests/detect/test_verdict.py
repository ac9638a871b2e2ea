"""Evidence becomes a verdict: every rule once, and the exact chance to accuse somebody falsely."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adnotice.detect.verdict import (
    MAX_CHANCE,
    ROUNDS,
    Evidence,
    Fate,
    Fates,
    Judgement,
    judge,
    read_signs,
    worst_chance,
)
from adnotice.vocabulary import Ground, Kind, Sign, Verdict

A, X, S = Fate.ARRIVED, Fate.STOPPED, Fate.SILENT

BLOCKED = Evidence(script=(X,) * 5, script_control=(A,) * 3, image=(X,) * 4, image_control=(A,) * 3)


def run_test(arrives: Callable[[], bool]) -> tuple[Evidence, int]:
    """The sequential test as static/client.js runs it, on a network that loses requests; and how many it took."""
    tried: dict[str, list[Fate]] = {"script": [], "image": [], "script_control": [], "image_control": []}
    sent = 0

    def attempt(family: str) -> bool:
        nonlocal sent
        sent += 1
        tried[family].append(A if arrives() else X)
        return tried[family][-1] is A

    clear = attempt("script")
    for turn in range(ROUNDS if not clear else 0):
        clear = attempt("script")
        attempt("image")
        controls = ("script_control", "image_control")
        sending = [attempt(family) for family in (controls[turn % 2 : turn % 2 + 1] if turn % 3 else controls)]
        controlled = all(sending)
        if clear or not controlled:
            break
    return Evidence(**{family: tuple(fates) for family, fates in tried.items()}), sent


def outcomes(loss: float) -> Iterator[tuple[Evidence, float]]:
    """Every way that the test can go on a network that loses each request on its own, with its probability."""
    longest = 1 + 2 * ROUNDS + 6
    seen: set[tuple[bool, ...]] = set()
    for fates in itertools.product((True, False), repeat=longest):
        stream = iter(fates)
        evidence, sent = run_test(lambda stream=stream: next(stream))  # type: ignore[misc]
        if fates[:sent] not in seen:
            seen.add(fates[:sent])
            arrived = sum(fates[:sent])
            yield evidence, (1 - loss) ** arrived * loss ** (sent - arrived)


@pytest.mark.parametrize("loss", [0.05, 0.3, 0.6, 0.9])
def test_the_exact_chance_of_a_false_accusation_is_below_one_in_ten_thousand_on_any_lossy_network(loss: float) -> None:
    ways = list(outcomes(loss))
    assert sum(chance for _, chance in ways) == pytest.approx(1)
    accused = sum(chance for evidence, chance in ways if judge(evidence).verdict is Verdict.BLOCKED)
    if loss == 0.3:
        assert accused == pytest.approx(0.3**9 * 0.7**6)
    assert accused <= MAX_CHANCE


def test_at_thirty_percent_loss_nearly_all_views_are_found_clear() -> None:
    verdicts = dict.fromkeys(Verdict, 0.0)
    for evidence, probability in outcomes(0.3):
        if any(
            A in fates for fates in (evidence.script, evidence.script_control, evidence.image, evidence.image_control)
        ):
            verdicts[judge(evidence).verdict] += probability
    assert verdicts[Verdict.CLEAR] > 0.9
    assert verdicts[Verdict.UNKNOWN] < 0.1


def test_a_hundred_thousand_lossy_views_are_accused_as_seldom_as_the_arithmetic_says() -> None:
    chosen = random.Random(4)  # noqa: S311 - a simulation
    accused = sum(judge(run_test(lambda: chosen.random() >= 0.3)[0]).verdict is Verdict.BLOCKED for _ in range(100_000))
    assert accused <= 5


def test_losing_the_network_for_a_while_accuses_nobody_whenever_it_starts_and_ends() -> None:
    for first, last in itertools.combinations(range(17), 2):
        sent = itertools.count()
        evidence, _ = run_test(lambda first=first, last=last, sent=sent: not first <= next(sent) < last)  # type: ignore[misc]
        assert judge(evidence).verdict is not Verdict.BLOCKED, (first, last)


@pytest.mark.parametrize(
    ("evidence", "judgement"),
    [
        (Evidence(script=(A,)), (Verdict.CLEAR, None, Ground.SCRIPT)),
        (Evidence(script=(X, A)), (Verdict.CLEAR, None, Ground.RETRY)),
        (Evidence(script=(X, X), image=(A,)), (Verdict.CLEAR, None, Ground.IMAGE)),
        (BLOCKED, (Verdict.BLOCKED, Kind.CONTENT, Ground.STOPPED)),
        (replace(BLOCKED, csp=True), (Verdict.UNKNOWN, None, Ground.CSP)),
        (replace(BLOCKED, script=(X, X, S, X, X)), (Verdict.UNKNOWN, None, Ground.SILENT)),
        (replace(BLOCKED, image_control=(A, A, X)), (Verdict.UNKNOWN, None, Ground.CONTROL)),
        (replace(BLOCKED, script_control=(A, A, S)), (Verdict.UNKNOWN, None, Ground.CONTROL)),
        (replace(BLOCKED, script=(X,) * 4), (Verdict.UNKNOWN, None, Ground.SHORT)),
        (replace(BLOCKED, image=(X,) * 3), (Verdict.UNKNOWN, None, Ground.SHORT)),
        (replace(BLOCKED, image_control=(A, A)), (Verdict.UNKNOWN, None, Ground.SHORT)),
        (replace(BLOCKED, script_control=(), image_control=()), (Verdict.UNKNOWN, None, Ground.SHORT)),
        (replace(BLOCKED, image=(X, X, X, A)), (Verdict.UNKNOWN, None, Ground.MIXED)),
        (replace(BLOCKED, script=(X, X, X, X, A)), (Verdict.CLEAR, None, Ground.RETRY)),
        (Evidence(script=(A,), probe="works"), (Verdict.CLEAR, None, Ground.SCRIPT)),
        (Evidence(script=(A,), probe="absent"), (Verdict.CLEAR, None, Ground.SCRIPT)),
        (Evidence(script=(A,), probe="pending"), (Verdict.UNKNOWN, None, Ground.PENDING)),
        (Evidence(script=(A,), probe="refused"), (Verdict.UNKNOWN, None, Ground.CONSENT)),
        (Evidence(script=(A,), probe="failed", probe_failures=1), (Verdict.UNKNOWN, None, Ground.SHORT)),
    ],
)
def test_each_rule_has_its_ground(evidence: Evidence, judgement: tuple[Verdict, Kind | None, Ground]) -> None:
    assert judge(evidence) == Judgement(*judgement)


def probed(failures: int, controls: int, **other: object) -> Evidence:
    half = (A,) * (controls // 2)
    evidence = Evidence((A,), half, (), half, probe="failed", probe_failures=failures)
    return replace(evidence, **other)


def test_a_failing_ad_script_is_believed_only_beside_so_many_controls_that_loss_can_not_explain_it() -> None:
    assert judge(probed(1, 24)) == Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)
    assert judge(probed(5, 12)) == Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)
    assert judge(probed(1, 20)).ground is Ground.SHORT
    assert judge(probed(4, 10)).ground is Ground.SHORT
    assert judge(probed(1, 24, script=(X, A))).ground is Ground.CONTROL
    assert judge(probed(1, 24, image_control=(A,) * 11 + (X,))).ground is Ground.CONTROL
    assert judge(probed(1, 24, csp=True)).ground is Ground.CSP


def test_a_blocker_that_stops_the_baits_is_found_whatever_the_ad_script_does() -> None:
    assert judge(replace(BLOCKED, probe="failed", probe_failures=1)).kind is Kind.CONTENT


fates: st.SearchStrategy[Fates] = st.lists(st.sampled_from(Fate), max_size=12).map(tuple)


@given(
    st.builds(
        Evidence,
        fates,
        fates,
        fates,
        fates,
        st.booleans(),
        st.sampled_from(["", "works", "failed", "absent", "pending", "refused"]),
        st.integers(0, 16),
    )
)
def test_whatever_the_evidence_nobody_is_accused_beyond_what_it_bears(evidence: Evidence) -> None:
    verdict, kind, _ = judge(evidence)
    everything = (*evidence.script, *evidence.script_control, *evidence.image, *evidence.image_control)
    assert (kind is None) == (verdict is not Verdict.BLOCKED)
    if verdict is Verdict.BLOCKED:
        assert not evidence.csp
        assert S not in everything
        lost = everything.count(X) + (evidence.probe_failures if kind is Kind.HOSTS else 0)
        assert worst_chance(lost, everything.count(A)) <= MAX_CHANCE or (lost, kind) == (1, Kind.HOSTS)
    if kind is Kind.CONTENT:
        assert A in evidence.script_control
        assert A in evidence.image_control
    if verdict is Verdict.CLEAR:
        assert A in (*evidence.script, *evidence.image)


@pytest.mark.parametrize(
    ("seen", "signs"),
    [
        ({"style": (X,), "style_control": (A,), "element": "hidden"}, (Sign.STYLE_STOPPED, Sign.ELEMENT_HIDDEN)),
        ({"style": (A,), "style_control": (A,), "element": "shown"}, (Sign.STYLE_ARRIVED, Sign.ELEMENT_SHOWN)),
        ({"style": (X,), "style_control": (X,)}, ()),
        ({"style": (X,), "style_control": (S,)}, ()),
        ({"style": (S,), "style_control": (A,)}, ()),
        ({"style": (X,)}, ()),
        ({}, ()),
    ],
)
def test_signs_are_told_where_their_control_was_seen_and_decide_nothing(
    seen: dict[str, object], signs: tuple[Sign, ...]
) -> None:
    for evidence in (BLOCKED, Evidence(script=(X, A), script_control=(A,)), Evidence(script=(X, X), image=(S,))):
        with_signs = replace(evidence, **seen)
        assert read_signs(with_signs) == signs
        assert judge(with_signs) == judge(evidence)
