"""Texts weighed against posteriors, and the beam of printed amounts."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.page import Posterior
from worker.ctc import (
    LEAST,
    SIGNS,
    figure_beam,
    figure_beams,
    in_signs,
    is_printed_amount,
    log_probabilities,
    log_probability,
    posterior_of,
    spelled,
)

FEW = "018."


def _steps(*steps: dict[str, float], signs: str = FEW) -> NDArray[np.float64]:
    return np.array([[step.get(s, 0.0) for s in ("", *signs)] for step in steps])


def _written(text: str, sure: float = 0.9) -> Posterior:
    """A posterior that saw ``text``: each sign for one step, a blank after it."""
    rest = (1 - sure) / len(SIGNS)
    rows = []
    for sign in text:
        for seen in (sign, ""):
            row = [sure if s == seen else rest for s in ("", *SIGNS)]
            rows.append(row)
    return posterior_of(np.array(rows))


def _by_paths(probabilities: NDArray[np.float64], signs: str, text: str) -> float:
    """The definition itself: all paths that collapse to the text, one by one."""
    total = 0.0
    letters = ("", *signs)
    for path in itertools.product(range(len(letters)), repeat=len(probabilities)):
        kept = [k for n, k in enumerate(path) if k and (n == 0 or path[n - 1] != k)]
        if "".join(letters[k] for k in kept) == text:
            total += math.prod(probabilities[n, k] for n, k in enumerate(path))
    return total


def test_a_text_is_as_probable_as_all_its_paths_together() -> None:
    rng = np.random.default_rng(5)
    steps = rng.dirichlet(np.ones(1 + len(FEW)), size=5)
    texts = ["", "0", "00", "18", "1.8", "808", "11111"]
    found = np.exp(log_probability([posterior_of(steps, FEW)], texts))
    for text, p in zip(texts, found, strict=True):
        assert p == pytest.approx(_by_paths(steps, FEW, text), rel=0.02, abs=1e-5)


def test_texts_of_any_length_are_weighed_together() -> None:
    posterior = _written("1,234.56")
    alone = [log_probability([posterior], [t])[0] for t in ("1,234.56", "7", "", "1,234.567")]
    together = log_probability([posterior], ["1,234.56", "7", "", "1,234.567"])
    assert together == pytest.approx(alone)
    assert int(np.argmax(together)) == 0


def test_looks_of_any_kind_are_weighed_together_as_each_alone() -> None:
    rng = np.random.default_rng(6)
    few = posterior_of(rng.dirichlet(np.ones(1 + len(FEW)), size=5), FEW)
    short, long = _written("7", sure=0.8), _written("1,234.56", sure=0.7)
    asked = [
        ([few], ["18", "", "2"]),
        ([short], ["7", "77", "1,234.56"]),
        ([long, few], ["1,234.56", "1"]),
        ([short], [""]),
    ]
    together = log_probabilities(asked)
    for (looks, texts), found in zip(asked, together, strict=True):
        assert found.tolist() == [log_probability(looks, [t])[0] for t in texts]


def test_no_texts_no_numbers_and_no_look_nothing_possible() -> None:
    assert log_probability([_written("1")], []).shape == (0,)
    assert log_probability([], ["1"]) == pytest.approx([LEAST])


def test_a_sign_that_the_look_does_not_know_is_impossible() -> None:
    posterior = posterior_of(_steps({"1": 1.0}, {"": 1.0}), FEW)
    assert log_probability([posterior], ["1", "1元"]) == pytest.approx([0.0, LEAST], abs=1e-2)


def test_full_width_signs_are_the_narrow_ones() -> None:
    assert in_signs("（１，２３４．５）") == "(1,234.5)"
    assert in_signs("– 3") == "-3"
    plain, wide = log_probability([_written("1,234.50")], ["1,234.50", "１，２３４．５０"])
    assert plain == pytest.approx(wide)


def test_looks_are_averaged_by_weight() -> None:
    one, other = _written("18"), _written("10")
    p18, p10 = np.exp(log_probability([one], ["18", "10"]))
    mean = np.exp(log_probability([one, other], ["18"]))[0]
    assert mean == pytest.approx((p18 + p10) / 2)
    light = Posterior(other.signs, other.steps, other.data, 0.25)
    tilted = np.exp(log_probability([one, light], ["18"]))[0]
    assert tilted == pytest.approx((p18 + 0.25 * p10) / 1.25)


def test_heat_takes_sureness_and_keeps_the_order() -> None:
    steps = _steps({"1": 0.98, "8": 0.02}, {"": 1.0})
    cool, hot = posterior_of(steps, FEW), posterior_of(steps, FEW, heat=2.0)
    a, b = (np.exp(log_probability([p], ["1", "8"])) for p in (cool, hot))
    assert b[0] < a[0]
    assert b[1] > a[1]
    assert b[0] > b[1]


@pytest.mark.parametrize(
    "text",
    ["0", "0.00", "1,234.56", "12,345,678", "1234567.8", "(1,234)", "-3.4", "△12.00", "—", "-",
     "99.5%", ".5", "—3.40", "——"],
)  # fmt: skip
def test_these_are_printed_amounts(text: str) -> None:
    assert is_printed_amount(text)


@pytest.mark.parametrize(
    "text",
    ["", "1,23", "1,2345", "12345,678", "1.", "(1,234", "1)", "1..2", "--3", "△", "%", "1%2",
     "(-3)"],
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert not is_printed_amount(text)


def test_the_number_of_decimals_can_be_asked_for() -> None:
    assert is_printed_amount("1,234.56", decimals=2)
    assert not is_printed_amount("1,234.567", decimals=2)
    assert not is_printed_amount("1,234", decimals=2)
    assert is_printed_amount("1,234", decimals=0)
    assert is_printed_amount("—", decimals=2)


@pytest.mark.parametrize("text", ["1,234.56", "(3,400)", "△0.05", "—", "100%", "20.00"])
def test_the_beam_finds_what_was_seen(text: str) -> None:
    best = figure_beam([_written(text)])[0]
    assert best.text == text
    assert best.probability > 0.1


def test_the_beam_proposes_amounts_only() -> None:
    """What was seen is no amount: its nearest amounts come instead."""
    found = figure_beam([_written("1,23.45", sure=0.7)])
    assert found
    assert all(is_printed_amount(reading.text) for reading in found)


def test_the_beam_gives_alternatives_best_first() -> None:
    steps = np.full((6, 1 + len(SIGNS)), 1e-4)
    steps[[1, 3, 5], 0] = 1.0
    steps[0, 1 + SIGNS.index("1")], steps[0, 1 + SIGNS.index("7")] = 0.6, 0.4
    steps[2, 1 + SIGNS.index("3")], steps[2, 1 + SIGNS.index("8")] = 0.7, 0.3
    steps[4, 1 + SIGNS.index("0")] = 1.0
    texts = [reading.text for reading in figure_beam([posterior_of(steps)], keep=4)]
    assert texts == ["130", "730", "180", "780"]


def test_the_beams_of_many_inks_are_those_of_each_alone() -> None:
    inks = [[_written("1,234.56")], [_written("18.50"), _written("13.50")], [_written("—", 0.6)]]
    assert figure_beams(inks) == [figure_beam(ink) for ink in inks]
    assert figure_beams([]) == []


def test_one_look_may_propose_what_another_missed() -> None:
    found = {r.text: r.probability for r in figure_beam([_written("18.50"), _written("13.50")])}
    assert {"18.50", "13.50"} <= set(found)
    assert found["18.50"] == pytest.approx(found["13.50"])


def test_candidates_from_elsewhere_are_weighed_by_the_ink() -> None:
    texts = [r.text for r in figure_beam([_written("118.00", 0.99)], also=["116.00", "abc"])]
    assert texts[0] == "118.00"
    assert "116.00" in texts
    assert "abc" not in texts


def test_a_crop_without_steps_is_empty() -> None:
    nothing = posterior_of(np.zeros((0, 1 + len(SIGNS))))
    assert figure_beam([nothing]) == []
    assert log_probability([nothing], ["", "1"]) == pytest.approx([0.0, LEAST])


def test_each_sign_of_a_text_has_its_place_and_score() -> None:
    steps = _steps({"1": 0.9, "": 0.1}, {"": 1.0}, {"8": 0.6, "0": 0.4}, {"8": 0.7, "": 0.3})
    scores, middles = spelled(posterior_of(steps, FEW), "18")
    assert scores == pytest.approx((0.9, 0.7), rel=0.01)
    assert middles == (0.5, 3.0)
    other, _ = spelled(posterior_of(steps, FEW), "10")
    assert other == pytest.approx((0.9, 0.4), rel=0.01)


def test_the_places_are_those_of_the_best_of_all_paths() -> None:
    """Both where each step by itself says the text and where it takes a less likely one."""
    letters = ("", *FEW)
    for seed in range(6):
        seen = posterior_of(np.random.default_rng(seed).dirichlet(np.ones(len(letters)), 5), FEW)
        logs = np.frombuffer(seen.data, "<f2").reshape(seen.steps, -1).astype(np.float64)
        best: dict[str, tuple[float, tuple[float, ...]]] = {}
        for path in itertools.product(range(len(letters)), repeat=len(logs)):
            runs = [list(run) for _, run in itertools.groupby(enumerate(path), lambda at: at[1])]
            fired = [run for run in runs if run[0][1]]
            text = "".join(letters[run[0][1]] for run in fired)
            middles = tuple(sum(n for n, _ in run) / len(run) + 0.5 for run in fired)
            odds = float(sum(logs[n, k] for n, k in enumerate(path)))
            best[text] = max(best.get(text, (-math.inf, ())), (odds, middles))
        plain = max(best, key=lambda text: best[text])
        for text in {plain, "18", "1.8", "00"} - {""}:
            assert spelled(seen, text)[1] == best[text][1]


def test_a_text_longer_than_the_crop_has_no_places() -> None:
    assert spelled(posterior_of(_steps({"1": 1.0}), FEW), "11") == ((), ())
    assert spelled(posterior_of(_steps({"1": 1.0}), FEW), "元") == ((), ())
