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
    CLEAR,
    MAX_CHANCE,
    ROUNDS,
    Evidence,
    Fate,
    Fates,
    Judgement,
    judge,
    judge_again,
    read_signs,
    shows_ads_allowed,
    unknown,
    weigh_baits,
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
        (replace(BLOCKED, image=(X, X, X, A), script_control=(A, A)), (Verdict.UNKNOWN, None, Ground.MIXED)),
        (replace(BLOCKED, image=(X, X, X, A), script_control=(A,)), (Verdict.CLEAR, None, Ground.IMAGE)),
        (replace(BLOCKED, image=(X, X, X, A), script=(X,) * 4), (Verdict.CLEAR, None, Ground.IMAGE)),
        # Each kind of control has to have arrived twice, however often the other kind did.
        (replace(BLOCKED, script_control=(A,), image_control=(A,) * 5), (Verdict.UNKNOWN, None, Ground.SHORT)),
        (
            replace(BLOCKED, script_control=(A, A), image_control=(A,) * 4),
            (Verdict.BLOCKED, Kind.CONTENT, Ground.STOPPED),
        ),
        (replace(BLOCKED, script=(X, X, X, X, A)), (Verdict.CLEAR, None, Ground.RETRY)),
        (Evidence(script=(A,), probe="works"), (Verdict.CLEAR, None, Ground.SCRIPT)),
        (Evidence(script=(A,), probe="absent"), (Verdict.CLEAR, None, Ground.SCRIPT)),
        (Evidence(script=(A,), probe="pending"), (Verdict.UNKNOWN, None, Ground.PENDING)),
        (Evidence(script=(A,), probe="refused"), (Verdict.UNKNOWN, None, Ground.CONSENT)),
    ],
)
def test_each_rule_has_its_ground(evidence: Evidence, judgement: tuple[Verdict, Kind | None, Ground]) -> None:
    assert judge(evidence) == Judgement(*judgement)


def suspected(answers: int = ROUNDS, controls: int = 3 * ROUNDS, **other: object) -> Evidence:
    """The ad script failed, its address was refused so often, so many controls arrived meanwhile."""
    half = (A,) * (controls // 2)
    evidence = Evidence((A,), half, (), half, probe="failed", probe_answers=("",) * answers)
    return replace(evidence, **other)


def test_three_refusals_are_too_few_however_much_arrived() -> None:
    many = (A,) * 20
    evidence = Evidence((A,), many, many, many, probe="failed", probe_answers=("",) * 3)
    assert worst_chance(3, 61) <= MAX_CHANCE
    assert judge(evidence) == unknown(Ground.SHORT)
    assert judge(replace(evidence, probe_answers=("",) * 4)) == Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)


HOSTS = Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)


@pytest.mark.parametrize(
    ("evidence", "judgement"),
    [
        (suspected(), HOSTS),
        (suspected(others="arrived"), HOSTS),
        (suspected(ROUNDS - 1), unknown(Ground.SHORT)),
        (suspected(ROUNDS, 3 * ROUNDS - 2), unknown(Ground.SHORT)),
        (suspected(0), unknown(Ground.SHORT)),
        (suspected(probe_answers=("", "", "", "arrived")), unknown(Ground.ANSWERED)),
        (suspected(probe_answers=("arrived",)), unknown(Ground.ANSWERED)),
        (suspected(probe_answers=("", "late")), unknown(Ground.SILENT)),
        (suspected(others="failed"), unknown(Ground.ISOLATED)),
        (suspected(script=(X, A)), unknown(Ground.CONTROL)),
        (suspected(image_control=(A,) * 5 + (X,)), unknown(Ground.CONTROL)),
        (suspected(csp=True), unknown(Ground.CSP)),
        (suspected(probe_answers=("replaced",)), Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.STAND_IN)),
        (replace(BLOCKED, filled=True), Judgement(Verdict.PARTLY, None, Ground.FILLED)),
        (replace(BLOCKED, filled=True, image_control=(A, A, X)), unknown(Ground.CONTROL)),
        (Evidence((A,), filled=True), Judgement(Verdict.CLEAR, None, Ground.SCRIPT)),
    ],
)
def test_each_rule_of_the_ad_script_has_its_ground(evidence: Evidence, judgement: Judgement) -> None:
    assert judge(evidence) == judgement


@pytest.mark.parametrize("loss", [0.05, 0.1, 4 / 17, 0.3, 0.6, 0.9])
def test_a_network_that_loses_requests_passes_for_blocked_hosts_once_in_ten_thousand_suspicions(loss: float) -> None:
    """Every way that the second asking can go: it ends with the first answer, and with the first lost control."""
    refused_all = loss**ROUNDS
    arrived_all = (1 - loss) ** (1 + 3 * ROUNDS)
    assert refused_all * arrived_all <= MAX_CHANCE
    for ways in itertools.product(("", "arrived"), repeat=ROUNDS):
        answers = ways[: ways.index("arrived") + 1] if "arrived" in ways else ways
        found = judge(suspected(probe_answers=answers))
        assert (found.verdict is Verdict.BLOCKED) == ("arrived" not in ways)


@pytest.mark.parametrize(
    ("evidence", "asked", "judgement"),
    [
        (Evidence((A,)), "content", CLEAR),
        (Evidence((A,)), "", CLEAR),
        (Evidence((A,)), "hosts", unknown(Ground.PENDING)),
        (Evidence((A,), probe="absent"), "hosts", unknown(Ground.PENDING)),
        (Evidence((A,), probe="absent", probe_answers=("arrived",)), "hosts", CLEAR),
        (Evidence((A,), probe="pending"), "hosts", unknown(Ground.PENDING)),
        (Evidence((A,), probe="works"), "hosts", CLEAR),
        (suspected(probe_answers=("arrived",)), "hosts", Judgement(Verdict.CLEAR, None, Ground.ANSWERED)),
        (suspected(probe_answers=("arrived",)), "content", unknown(Ground.ANSWERED)),
        (suspected(), "hosts", HOSTS),
        (BLOCKED, "hosts", Judgement(Verdict.BLOCKED, Kind.CONTENT, Ground.STOPPED)),
    ],
)
def test_thanks_are_said_only_after_the_same_test_has_passed(
    evidence: Evidence, asked: str, judgement: Judgement
) -> None:
    assert judge_again(judge(evidence), evidence, asked) == judgement


def test_an_address_that_answers_proves_something_in_the_same_page_and_nothing_on_a_later_one() -> None:
    answered = suspected(probe_answers=("arrived",))
    assert shows_ads_allowed(answered, "hosts", again=True)
    assert not shows_ads_allowed(answered, "hosts", again=False)
    assert not shows_ads_allowed(suspected(), "hosts", again=True)
    assert shows_ads_allowed(Evidence((A,), probe="works"), "hosts", again=False)


def test_a_bait_that_arrived_at_once_is_told_from_one_that_was_tried_again() -> None:
    assert weigh_baits(Evidence((A,))) is Ground.SCRIPT
    assert weigh_baits(Evidence((X, A))) is Ground.RETRY


@pytest.mark.parametrize(("lost", "arrived", "chance"), [(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 0.25), (2, 1, 4 / 27)])
def test_the_likeliest_network_is_the_one_that_loses_as_many_as_were_lost(
    lost: int, arrived: int, chance: float
) -> None:
    assert worst_chance(lost, arrived) == pytest.approx(chance)


def test_a_blocker_that_stops_the_baits_is_found_whatever_the_ad_script_does() -> None:
    assert judge(replace(BLOCKED, probe="failed", probe_answers=("",))).kind is Kind.CONTENT


fates: st.SearchStrategy[Fates] = st.lists(st.sampled_from(Fate), max_size=12).map(tuple)


@given(
    st.builds(
        Evidence,
        script=fates,
        script_control=fates,
        image=fates,
        image_control=fates,
        csp=st.booleans(),
        probe=st.sampled_from(["", "works", "failed", "absent", "pending", "refused"]),
        probe_answers=st.lists(st.sampled_from(["", "late", "arrived", "replaced"]), max_size=8).map(tuple),
        others=st.sampled_from(["", "arrived", "failed"]),
        filled=st.booleans(),
    )
)
def test_whatever_the_evidence_nobody_is_accused_beyond_what_it_bears(evidence: Evidence) -> None:
    verdict, kind, ground = judge(evidence)
    everything = (*evidence.script, *evidence.script_control, *evidence.image, *evidence.image_control)
    assert (kind is None) == (verdict is not Verdict.BLOCKED)
    if verdict is Verdict.BLOCKED:
        assert not evidence.csp
        assert S not in everything or ground is Ground.STAND_IN
        lost = everything.count(X) + (len(evidence.probe_answers) if kind is Kind.HOSTS else 0)
        assert worst_chance(lost, everything.count(A)) <= MAX_CHANCE or ground is Ground.STAND_IN
    if ground is Ground.PROBE:
        assert set(evidence.probe_answers) == {""}
        assert evidence.others != "failed"
    if verdict is Verdict.PARTLY:
        assert evidence.filled
        assert A not in (*evidence.script, *evidence.image)
    if kind is Kind.CONTENT:
        assert A in evidence.script_control
        assert A in evidence.image_control
    if verdict is Verdict.CLEAR:
        assert A in (*evidence.script, *evidence.image)


@pytest.mark.parametrize(
    ("seen", "signs"),
    [
        ({"style": (X,), "style_control": (A,)}, (Sign.STYLE_STOPPED,)),
        ({"style": (A,), "style_control": (A,)}, (Sign.STYLE_ARRIVED,)),
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
