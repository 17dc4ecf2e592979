"""Every score on hand-made pairs: what it must say can be counted on fingers."""

from __future__ import annotations

import pytest

from eval.scores.all import MEANINGS, scores
from eval.scores.case import Case, Line
from eval.scores.distance import edits
from eval.scores.lines import figures_in
from eval.scores.score import Score
from schemas.geometry import Box
from schemas.result import IndicatorResult, TargetValue, Usage
from tests.pairs import BODY, MISREAD, case, result, table, with_indicators
from tests.pairs import Line as TableLine


def scored(held: Case) -> dict[str, Score]:
    return {score.name: score for score in scores(held, outside=False)}


def parts(score: Score) -> tuple[float, float]:
    assert score.unscored is None, score
    return score.part, score.of


def read(body: tuple[TableLine, ...]) -> dict[str, Score]:
    return scored(case(result(table(body))))


def test_a_perfect_reading_is_perfect_in_everything() -> None:
    said = scored(case(result(table())))
    assert parts(said["figures.recall"]) == (12, 12)
    assert parts(said["figures.precision"]) == (12, 12)
    assert parts(said["silence.errors"]) == (0, 12)
    assert parts(said["review.load"]) == (0, 0.12)
    assert parts(said["straight.tables"]) == (1, 1)
    assert parts(said["structure.parents"]) == (4, 4)
    assert parts(said["structure.headers"]) == (4, 4)
    assert parts(said["texts.errors"]) == (0, len("TotalNorthSouthWest"))
    assert parts(said["place.iou"]) == (16, 16)
    assert parts(said["place.words"]) == (32, 32)
    assert parts(said["cost.seconds"]) == (2.0, 1)


def test_every_score_is_given_once_and_says_what_it_means() -> None:
    given = [score.name for score in scores(case(result(table())), outside=False)]
    assert given == list(MEANINGS)
    assert all(meaning.sentence.endswith(".") for meaning in MEANINGS.values())


def test_a_shifted_column_loses_four_figures_and_puts_four_in_wrong_places() -> None:
    """Staff stands under Works and Works is lost: 4 right, 4 missing, 4 wrong of 12."""
    said = read(tuple((line[0], line[1], "", line[2]) for line in BODY))
    assert parts(said["figures.recall"]) == (4, 12)
    assert parts(said["figures.precision"]) == (4, 8)
    assert parts(said["silence.errors"]) == (4, 8)
    assert parts(said["anywhere.page"]) == (8, 12)


def test_a_dropped_row_is_three_figures_lost_and_no_wrong_one() -> None:
    said = read((BODY[0], BODY[1], BODY[3]))
    assert parts(said["figures.recall"]) == (9, 12)
    assert parts(said["figures.precision"]) == (9, 9)
    assert parts(said["texts.label_errors"]) == (len("South"), len("TotalNorthSouthWest"))
    assert parts(said["structure.parents"]) == (3, 4)


def test_a_swapped_pair_is_two_wrong_figures_that_still_stand_on_the_page() -> None:
    said = read((BODY[0], ("North", "10.00", "6.00", "4.00"), *BODY[2:]))
    assert parts(said["figures.recall"]) == (10, 12)
    assert parts(said["silence.errors"]) == (2, 12)
    assert parts(said["anywhere.page"]) == (12, 12)
    assert parts(said["anywhere.row"]) == (12, 12)


def test_two_rows_swapped_are_right_on_the_page_and_wrong_in_their_rows() -> None:
    said = read((BODY[0], ("North", *BODY[2][1:]), ("South", *BODY[1][1:]), BODY[3]))
    assert parts(said["figures.recall"]) == (6, 12)
    assert parts(said["anywhere.page"]) == (12, 12)
    assert parts(said["anywhere.row"]) == (6, 12)


def test_review_counts_cells_shown_for_figures_printed_and_for_figures_wrong() -> None:
    held = result(table(MISREAD, verdict="doubtful"), review=[("r2", "c2"), ("r2", "c1")])
    said = scored(case(held))
    assert said["review.load"].value == pytest.approx(2 / 0.12)
    assert parts(said["review.per_error"]) == (2, 1)
    assert parts(said["review.caught"]) == (1, 1)
    assert parts(said["straight.tables"]) == (0, 1)


def test_cells_shown_without_an_error_still_count_in_the_sum_over_documents() -> None:
    score = scored(case(result(table(), review=[("r2", "c2")])))["review.per_error"]
    assert (score.part, score.of, score.value, score.unscored) == (1, 0, None, None)


def test_a_figure_too_many_keeps_a_document_from_going_straight_through() -> None:
    said = read((*BODY, ("Nobody", "1.00", "", "")))
    assert parts(said["straight.tables"]) == (0, 1)
    assert parts(said["straight.documents"]) == (0, 1)


def test_a_label_with_one_wrong_letter_is_one_edit() -> None:
    said = read((BODY[0], ("Morth", *BODY[1][1:]), *BODY[2:]))
    assert parts(said["texts.label_errors"]) == (1, len("TotalNorthSouthWest"))
    assert parts(said["figures.recall"]) == (12, 12)


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("合计", "合訃", 1), ("ab", "ba", 2)],
)
def test_edits_are_levenshtein_s(left: str, right: str, count: int) -> None:
    assert edits(left, right) == edits(right, left) == count


def test_boxes_half_beside_their_ink_share_a_third() -> None:
    """Boxes of 50 x 10 moved by 25: 250 shared of 750 together; the ink's middle on the edge."""
    said = scored(case(result(table(shift=25.0))))
    assert said["place.iou"].value == pytest.approx(1 / 3)
    assert parts(said["place.pointed"]) == (16, 16)
    assert parts(scored(case(result(table(shift=26.0))))["place.pointed"]) == (0, 16)


def indicator(number: int, name: str, target: str) -> IndicatorResult:
    value = TargetValue(text=target, operator=None, value=None, unit=None, words=target)
    return IndicatorResult(
        number=number, text=name, level1_code="1", level1="产出指标", level2_code="11",
        level2="数量指标", name=name, term_target=value, year_target=None, page=1,
        bbox=(0, 0, 1, 1),
    )  # fmt: skip


def test_indicators_are_found_by_name_and_right_field_by_field() -> None:
    truth = with_indicators([indicator(1, "参会人数", "≥10"), indicator(2, "维修面积", "≥20")])
    ours = with_indicators([indicator(1, "参会人数", "≥70")])
    said = scored(case(ours, truth))
    assert parts(said["indicators.found"]) == (1, 2)
    assert parts(said["indicators.fields"]) == (4, 10)


def test_a_tool_that_reads_lines_is_unscored_where_tables_are_needed_and_not_zero() -> None:
    held = case(result(table()))
    lines = tuple(
        Line(1, " ".join(line), Box(0, 100 + 20 * n, 350, 110 + 20 * n))
        for n, line in enumerate(BODY)
    )
    said = scored(Case("lines", held.gold, held.truth, None, lines, boxes=True))
    assert said["figures.recall"].value is None
    assert said["figures.recall"].unscored == "the tool reads lines, it gives no tables"
    assert parts(said["anywhere.page"]) == (12, 12)
    assert parts(said["anywhere.row"]) == (12, 12)


def test_a_figure_printed_twice_must_be_read_twice() -> None:
    truth = result(table((("Total", "5.00", "5.00", ""),)))
    once = (Line(1, "All 5.00"),)
    said = scored(Case("lines", case(truth, truth).gold, truth, None, once))
    assert parts(said["anywhere.page"]) == (1, 2)
    assert said["anywhere.row"].unscored


def test_figures_in_a_line_are_told_with_their_signs() -> None:
    told = [str(figure) for figure in figures_in("合计 1,234.50 (3.4) △5 -2 12% 2024年，")]
    assert told == ["1234.50", "-3.4", "-5", "-2", "12", "2024"]


def test_a_model_whose_price_is_unknown_is_unscored_and_no_model_costs_nothing() -> None:
    asked = Usage(seconds=1.0, model_calls=1)
    paid = Usage(seconds=1.0, model_calls=1, cost_usd="0.25")
    free, unknown, known = (
        scored(case(result(table()).model_copy(update={"usage": usage})))["cost.dollars"]
        for usage in (Usage(seconds=1.0), asked, paid)
    )
    assert free.value == 0.0
    assert unknown.value is None
    assert known.value == 0.25


def test_nothing_printed_is_unscored() -> None:
    empty = result(table((("Total", "", "", ""),)))
    said = scored(case(empty, empty))
    assert said["figures.recall"].unscored == "no figure is printed"
    assert said["straight.tables"].unscored
    assert parts(said["straight.documents"]) == (1, 1)
