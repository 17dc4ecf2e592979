"""What the decoder believes, what it doubts, and what it leaves alone."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from eval.decoding.reader import QUALITIES, misread, seen, truth_of
from eval.decoding.tables import drafts, ladder
from eval.decoding.trials import cells_of, same
from schemas.draft import Booklet, BookletSum, Column, Draft, DraftCell, DraftRow, Sum
from schemas.geometry import Box
from schemas.page import Posterior, Reading, TokenSource
from schemas.result import Cell
from worker.ctc import SIGNS, posterior_of
from worker.decoding.calibration import confidence
from worker.decoding.confusions import surprise
from worker.decoding.decode import Decoded, decode
from worker.decoding.lattice import lattices
from worker.decoding.print_style import canonical

BOX = Box(0.0, 0.0, 1.0, 1.0)
Said = dict[str, tuple[tuple[str, float], ...]]


def one(
    texts: dict[str, str], source: TokenSource, said: Said, sure: float
) -> dict[str, DraftCell]:
    return {
        key: DraftCell(
            text,
            canonical(text),
            1,
            BOX,
            source,
            said[text][0][1] if text in said else sure,
            tuple(Reading(*r) for r in said.get(text, ())),
        )
        for key, text in texts.items()
    }


def book(
    rows: dict[str, dict[str, str]],
    sums: tuple[Sum, ...],
    *,
    source: TokenSource = "ocr",
    said: Said | None = None,
    sure: float = 0.999,
    unit: str | None = None,
) -> Draft:
    keys = tuple(next(iter(rows.values())))
    return Draft(
        "generic", None, None, None, unit, (1,),
        tuple(Column(key, key, "amount") for key in keys),
        tuple(
            DraftRow(name, "item", name, (1,), one(texts, source, said or {}, sure))
            for name, texts in rows.items()
        ),
        sums,
    )  # fmt: skip


def cell(decoded: Decoded, row: str, key: str = "a") -> Cell:
    return cells_of(decoded.tables[0])[row, key]


def test_of_equally_small_changes_none_is_taken() -> None:
    """2200 + 250 = 2450 with 250 read as 650: 2200 to 1800 would be as small a change."""
    rows = {"x": {"a": "2200"}, "y": {"a": "650"}, "sum": {"a": "2450"}}
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a")))
    decoded = decode(Booklet((book(rows, (promise,), sure=0.9),)))
    assert cell(decoded, "y").verdict == "doubtful"
    assert [cell(decoded, row).value for row in rows] == ["2200", "650", "2450"]


@pytest.mark.parametrize(
    ("figures", "ink", "shown"),
    [
        pytest.param(
            {"x": "2200", "y": "650", "sum": "2450"}, (("650", 0.6), ("250", 0.3)), "250",
            id="the ink allows it almost as well",
        ),
        pytest.param(
            {"y": "3.52", "sum": "5142.35"}, (("3.52", 0.8), ("375.2", 0.001)), "3.52",
            id="the ink shows nothing of it",
        ),
    ],
)  # fmt: skip
def test_who_is_asked_is_shown_what_a_sum_says_where_it_outweighs_the_ink(
    figures: dict[str, str], ink: tuple[tuple[str, float], ...], shown: str
) -> None:
    terms = tuple((name, "a") for name in figures if name != "sum")
    draft = book(
        {name: {"a": text} for name, text in figures.items()},
        (Sum("column_total", ("sum", "a"), terms),),
        said={figures["y"]: ink},
    )
    looks = tuple(replace(_look(text), weight=odds) for text, odds in ink)
    rows = tuple(
        replace(row, cells={"a": replace(row.cells["a"], posteriors=looks)})
        if row.id == "y"
        else row
        for row in draft.rows
    )
    asked = cell(decode(Booklet((replace(draft, rows=rows),))), "y")
    assert (asked.verdict, asked.value, asked.text) == ("doubtful", shown, figures["y"])


CROSSED = {
    "x": {"a": "120.50", "b": "31.25", "all": "151.75"},
    "y": {"a": "690.00", "b": "46.10", "all": "196.10"},
    "z": {"a": "77.05", "b": "18.00", "all": "95.05"},
    "sum": {"a": "347.55", "b": "95.35", "all": "442.90"},
}
"""A table that adds up both ways but for one figure, where 150.00 is printed."""


def _crossed(text: str, sure: float) -> Decoded:
    across = tuple(Sum("row_total", (row, "all"), ((row, "a"), (row, "b"))) for row in CROSSED)
    down = tuple(
        Sum("column_total", ("sum", k), (("x", k), ("y", k), ("z", k))) for k in ("a", "b", "all")
    )
    rows = {**CROSSED, "y": {**CROSSED["y"], "a": text}}
    draft = book(rows, (*across, *down))
    other = (Reading(text, sure), Reading("890.00", 0.99 - sure)) if text else ()
    seen = DraftCell(text, canonical(text) if text else None, 1, BOX, "ocr", sure, other)
    seen = replace(seen, posteriors=(_look(text, sure=1 - 1e-7),))
    return decode(Booklet((_with(draft, "y", "a", seen),)))


def test_a_misprint_beside_a_misreading_is_not_mended_away() -> None:
    """What was misread hides that all sums through the misprinted figure miss by the same."""
    rows = {**CROSSED, "y": {**CROSSED["y"], "a": "150.00"}}
    rows["x"] = {"a": "120.80", "b": "37.25", "all": "151.75"}  # 120.50 was meant, 31.25 is printed
    across = tuple(Sum("row_total", (row, "all"), ((row, "a"), (row, "b"))) for row in rows)
    down = tuple(
        Sum("column_total", ("sum", k), (("x", k), ("y", k), ("z", k))) for k in ("a", "b", "all")
    )
    said = {"120.80": (("120.80", 0.95),), "37.25": (("37.25", 0.9), ("31.25", 0.09))}
    decoded = decode(Booklet((book(rows, (*across, *down), said=said),)))
    printed = cell(decoded, "x", "a")
    assert printed.verdict == "doubtful"
    assert cell(decoded, "x", "b").value == "31.25"


def _with(draft: Draft, row: str, key: str, seen: DraftCell) -> Draft:
    rows = tuple(
        replace(one, cells={**one.cells, key: seen}) if one.id == row else one for one in draft.rows
    )
    return replace(draft, rows=rows)


def test_who_is_asked_is_shown_what_both_sums_ask_for_where_the_ink_says_little() -> None:
    decoded = _crossed("690.00", 0.5)
    asked = cell(decoded, "y", "a")
    assert (asked.verdict, asked.value, asked.text) == ("doubtful", "150.00", "690.00")
    assert asked.reason is not None
    assert "150.00" in asked.reason.en
    assert "690.00" in asked.reason.en
    assert "150.00" in asked.reason.zh
    # The sums around it hold with that, so that nobody is asked about their other figures.
    assert [(item.row, item.column) for item in decoded.review] == [("y", "a")]
    assert {check.status for check in decoded.tables[0].checks} == {"pass"}


@pytest.mark.parametrize("printed", ["150.80", "105.00", "150.01", "510.00"])
def test_what_may_be_a_misprint_is_shown_as_it_is_printed(printed: str) -> None:
    """The ink does not allow what the sums ask for, which is one slip away."""
    decoded = _crossed(printed, 0.6)
    asked = cell(decoded, "y", "a")
    assert (asked.verdict, asked.value) == ("doubtful", printed)


def test_sums_do_not_outvote_a_figure_that_is_read_with_certainty() -> None:
    decoded = _crossed("690.00", 0.9899)
    asked = cell(decoded, "y", "a")
    assert (asked.verdict, asked.value) == ("doubtful", "690.00")


def _look(text: str, sure: float = 0.98) -> Posterior:
    """What a reader sees that is all but sure of a text."""
    rest = (1 - sure) / len(SIGNS)
    return posterior_of(np.array([
        [sure if s == want else rest for s in ("", *SIGNS)] for sign in text for want in (sign, "")
    ]))  # fmt: skip


def test_what_breaks_sums_alone_is_a_misprint_in_a_text_layer_and_a_question_on_a_scan() -> None:
    rows = {
        "x": {"a": "2,404.17", "b": "263.85", "all": "2,668.02"},
        "y": {"a": "76.95", "b": "465.13", "all": "542.08"},
        "z": {"a": "12.50", "b": "31.25", "all": "43.75"},
        "sum": {"a": "2,493.62", "b": "760.23", "all": "3,258.35"},
    }
    across = tuple(Sum("row_total", (row, "all"), ((row, "a"), (row, "b"))) for row in rows)
    down = tuple(
        Sum("column_total", ("sum", key), tuple((r, key) for r in "xyz"))
        for key in ("a", "b", "all")
    )
    for source, verdict in (("text", "source_error"), ("ocr", "doubtful")):
        draft = book(rows, (*across, *down), source=source, sure=0.9999)  # type: ignore[arg-type]
        decoded = decode(Booklet((draft,)))
        asked = {(item.row, item.column) for item in decoded.review}
        assert cell(decoded, "sum", "all").verdict == verdict
        assert (("sum", "all") in asked) == (source == "ocr")


def test_a_figure_that_was_not_seen_is_asked_for_and_never_made_up() -> None:
    rows = {
        "x": {"a": "5.00", "b": "3.00", "c": ""},
        "y": {"a": "7.00", "b": "4.00", "c": "3.00"},
        "sum": {"a": "12.00", "b": "7.00", "c": "5.00"},
    }
    across = [Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in rows]
    down = [Sum("column_total", ("sum", k), (("x", k), ("y", k))) for k in "abc"]
    decoded = decode(Booklet((book(rows, (*across, *down)),)))
    missed = cell(decoded, "x", "c")
    assert (missed.value, missed.verdict) == (None, "doubtful")
    assert missed.reason is not None
    assert "2.00" in missed.reason.en


def test_a_sum_may_reach_over_a_place_without_a_cell() -> None:
    rows = {
        "sum": {"a": "35.00", "b": "-4.00", "c": "31.00"},
        "x": {"a": "6.00", "b": "-5.00"},
        "y": {"a": "30.00", "b": "1.00", "c": "31.00"},
    }
    down = [Sum("column_total", ("sum", k), (("x", k), ("y", k))) for k in "abc"]
    along = [Sum("row_total", (row, "c"), ((row, "a"), (row, "b"))) for row in rows]
    draft = book(rows, (*along, *down), said={"6.00": (("6.00", 0.6), ("5.00", 0.38))})
    mended = cell(decode(Booklet((draft,))), "x")
    assert mended.reason is not None
    assert "35.00" in mended.reason.en


def test_a_column_of_counts_is_not_held_to_the_decimals_of_money() -> None:
    rows = {
        f"r{n}": {"count": str(n * 7), "a": f"{n}.25", "b": f"{n + 1}.50", "c": f"{n * 3}.10"}
        for n in range(1, 5)
    }
    counts = [cell(decode(Booklet((book(rows, ()),))), row, "count") for row in rows]
    assert {held.verdict for held in counts} == {"accepted"}


def test_a_lost_row_mends_nothing() -> None:
    rows = {
        "x": {"a": "512.34", "b": "300.11", "c": "212.23"},
        "sum": {"a": "1269.11", "b": "757.19", "c": "511.92"},
    }
    across = [Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in rows]
    down = [Sum("column_total", ("sum", k), (("x", k),)) for k in "abc"]
    decoded = decode(Booklet((book(rows, (*across, *down), sure=0.95),)))
    found = cells_of(decoded.tables[0])
    assert {one.verdict for one in found.values()} <= {"proved", "accepted", "doubtful"}
    assert {found["sum", k].verdict for k in "abc"} == {"doubtful"}
    assert found["sum", "a"].value == "1269.11"


def test_a_person_is_taken_at_their_word() -> None:
    rows = {"x": {"a": "2200"}, "y": {"a": "650"}, "sum": {"a": "2450"}}
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a")))
    draft = book(rows, (promise,), source="human")
    decoded = decode(Booklet((draft,)))
    assert {cell(decoded, row).verdict for row in rows} == {"human"}
    assert {cell(decoded, row).confidence for row in rows} == {1.0}
    assert decoded.review == ()


def test_tables_of_different_units_are_held_against_each_other() -> None:
    wan = book({"t": {"a": "12.35"}}, (), unit="万元")
    yuan = book({"t": {"a": "123456.00"}}, (), unit="元")
    promise = BookletSum("same", (0, "t", "a"), ((1, "t", "a"),))
    (check,) = decode(Booklet((wan, yuan), (promise,))).checks
    assert (check.status, check.unit) == ("rounding", "万元")


def test_of_one_figure_read_twice_neither_proves_the_other() -> None:
    rows = {"x": {"a": "118.00", "b": "118.00", "c": ""}}
    promise = Sum("row_total", ("x", "a"), (("x", "b"), ("x", "c")))
    decoded = decode(Booklet((book(rows, (promise,)),)))
    assert cell(decoded, "x").verdict == "accepted"


@pytest.mark.parametrize("level", QUALITIES, ids=lambda quality: quality.name)
def test_no_figure_is_wrong_in_silence(level: object) -> None:
    chance = random.Random(11)
    quality = next(q for q in QUALITIES if q is level)
    for draft in drafts(1, 900):
        truth = truth_of(draft)
        found = cells_of(decode(Booklet((seen(draft, quality, chance),))).tables[0])
        for ref, made in found.items():
            if made.verdict in ("proved", "repaired") and made.value is not None:
                assert same(made.value, truth[ref]), (ref, made)


def test_the_same_booklet_is_always_decided_alike() -> None:
    worn = seen(ladder(5), QUALITIES[2], random.Random(5))
    assert decode(Booklet((worn,))) == decode(Booklet((worn,)))


def test_without_effort_all_that_is_open_is_doubtful() -> None:
    rows = {"x": {"a": "2200"}, "y": {"a": "650"}, "sum": {"a": "2450"}}
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a")))
    draft = book(rows, (promise,), sure=0.9)
    assert {i.row for i in decode(Booklet((draft,)), effort=0.0).review} >= {"y"}


def test_a_misread_figure_is_another_figure() -> None:
    figure = DraftCell("118.00", "118.00", 1, BOX, "ocr", 1.0)
    wrong = misread(figure, random.Random(1), stated=0.9, named=1.0)
    assert not same(wrong.value, "118.00")
    assert wrong.readings[1].text == "118.00"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("114.00|", "114.00"),
        ("4140:98", "4140.98"),
        ("4140 98", "4140.98"),
        ("11400", "114.00"),
        ("114.001", "114.00"),
        ("(3.40)", "-3.40"),
        ("1 83.97", None),
        ("abc", None),
    ],
)
def test_a_column_of_two_decimals_tells_where_the_point_is(text: str, value: str | None) -> None:
    assert canonical(text, 2) == value


def test_signs_that_look_alike_are_less_surprising() -> None:
    assert surprise("118.00", "118.00") == 0.0
    assert surprise("118.00", "113.00") < surprise("118.00", "112.00")
    assert surprise("118.00", "181.00") < 2 * surprise("118.00", "112.00")


def test_confidence_rises_with_the_margin() -> None:
    told = [confidence(margin, 2, changed=False) for margin in (0.0, 3.0, 6.0, 12.0, 30.0)]
    assert told == sorted(told)
    assert told[-1] < 1.0


def test_who_is_asked_about_a_figure_beside_dirt_is_shown_the_figure() -> None:
    """Strokes of a seal beside 35.78 make it no figure; the sum says which part is one."""
    rows = {"x": {"a": "12.00"}, "y": {"a": "- - 35.78"}, "sum": {"a": "47.78"}}
    draft = book(rows, (Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a"))),))
    spoilt = replace(draft.rows[1].cells["a"], readable=False)
    draft = replace(
        draft, rows=(draft.rows[0], replace(draft.rows[1], cells={"a": spoilt}), draft.rows[2])
    )
    seen = cell(decode(Booklet((draft,))), "y")
    assert (seen.value, seen.verdict, seen.text) == ("35.78", "doubtful", "- - 35.78")


def test_a_figure_beside_dirt_is_shown_where_no_sum_is_of_help() -> None:
    """A stroke of a seal before 70.00, in a column that promises no sum."""
    rows = {
        **{name: {"a": f"{n}5.00"} for n, name in enumerate("bcdef", 1)},
        "x": {"a": "监，70.00"},
    }
    draft = book(rows, ())
    *kept, x = draft.rows
    looks = (Reading("监，70.00", 0.98), Reading("监，-70.00", 0.001))
    spoilt = replace(x.cells["a"], readable=False, readings=looks, confidence=0.3)
    draft = replace(draft, rows=(*kept, replace(x, cells={"a": spoilt})))
    seen = cell(decode(Booklet((draft,))), "x")
    assert (seen.value, seen.verdict, seen.text) == ("70.00", "doubtful", "监，70.00")


def test_a_sum_that_misses_by_rounding_speaks_for_its_figures() -> None:
    """Each is 90 % sure, most of the rest a ruling read as a last digit, which no sum allows."""
    figures = [f"{n}{n}.{n}{10 - n}" for n in range(1, 10)]
    total = sum(map(Decimal, figures)) + Decimal("0.01")
    rows = {f"r{n}": {"a": one} for n, one in enumerate(figures)} | {"sum": {"a": f"{total}"}}
    promise = Sum("column_total", ("sum", "a"), tuple((f"r{n}", "a") for n in range(9)))
    said: Said = {one: ((one, 0.9), (f"{one}1", 0.07), (f"4{one}", 0.01)) for one in figures}
    decoded = decode(Booklet((book(rows, (promise,), said=said, sure=0.9),)))
    assert {cell(decoded, f"r{n}").verdict for n in range(9)} == {"accepted"}
    alone = decode(Booklet((book(rows, (), said=said, sure=0.9),)))
    assert {cell(alone, f"r{n}").verdict for n in range(9)} == {"doubtful"}


def test_a_point_before_three_digits_may_be_a_comma_and_is_asked_about() -> None:
    """83,234 and 18,630 in print that loses the tails of commas: the sum holds all the same."""
    rows = {"x": {"a": "83.234"}, "y": {"a": "18.630"}, "sum": {"a": "101.864"}}
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a")))
    scanned = decode(Booklet((book(rows, (promise,), sure=0.9999),)))
    assert {cell(scanned, row).verdict for row in rows} == {"doubtful"}
    reason = cell(scanned, "x").reason
    assert reason is not None
    assert "comma" in reason.en
    printed = decode(Booklet((book(rows, (promise,), source="text"),)))
    assert {cell(printed, row).verdict for row in rows} == {"proved"}


def _headless(source: TokenSource, sums: tuple[Sum, ...], seen: str = "") -> Decoded:
    """Two rows whose last column has no name; ``seen`` is a row of which a person said it."""
    rows = {
        "x": {"name": "水利", "a": "5.00", "b": "3.00", "c": "2.00"},
        "y": {"name": "防汛", "a": "7.00", "b": "4.00", "c": "3.00"},
    }
    draft = book(rows, sums, source=source, sure=0.9999)
    label, *money = draft.columns
    columns = (replace(label, type="label"), *money[:2], replace(money[2], label="，"))
    said = tuple(
        replace(row, cells=row.cells | {"c": replace(row.cells["c"], source="human")})
        if row.id == seen
        else row
        for row in draft.rows
    )
    return decode(Booklet((replace(draft, columns=columns, rows=said),)))


@pytest.mark.parametrize("source", ["ocr", "text"])
def test_what_a_column_is_whose_header_could_not_be_read_is_asked_once(
    source: TokenSource,
) -> None:
    """Where the sums across count on its figures; else any of them may be of another column."""
    across = tuple(Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in ("x", "y"))
    summed = _headless(source, across)
    assert [cell(summed, row, "c").verdict for row in ("x", "y")] == ["doubtful", "proved"]
    assert [item.column for item in summed.review] == ["c"]
    assert not _headless(source, across, seen="y").review
    alone = _headless(source, ())
    assert {cell(alone, row, "c").verdict for row in ("x", "y")} == {"doubtful"}
    assert {cell(alone, row, "b").verdict for row in ("x", "y")} == {"accepted"}


def test_what_has_more_digits_than_any_budget_is_no_figure() -> None:
    """Two figures that ran together are shown to a person; the search goes on without them."""
    rows = {"x": {"a": "12.00"}, "y": {"a": "50000.00"}, "sum": {"a": "50012.00"}}
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a")))
    draft = book(rows, (promise,))
    first, *others = draft.rows
    both = replace(first.cells["a"], text="280750000009460000.12", value="280750000009460000.12")
    decoded = decode(Booklet((replace(draft, rows=(replace(first, cells={"a": both}), *others)),)))
    assert cell(decoded, "x").verdict == "doubtful"
    assert cell(decoded, "x").text == both.text
    assert cell(decoded, "y").value == "50000.00"


def test_a_figure_that_all_its_sums_would_rather_have_one_off_is_asked_about() -> None:
    """0.82 for 0.83 in a sum across and one down, both of three terms, that allow for rounding."""
    rows = {
        "x": {"a": "6.83", "b": "0.82", "c": "1.00", "d": "5.00"},
        "y": {"a": "7.00", "b": "2.00", "c": "2.00", "d": "3.00"},
        "z": {"a": "9.00", "b": "3.00", "c": "4.00", "d": "2.00"},
        "sum": {"a": "22.83", "b": "5.83", "c": "7.00", "d": "10.00"},
    }
    down = tuple(
        Sum("column_total", ("sum", key), tuple((r, key) for r in "xyz")) for key in "abcd"
    )
    across = tuple(Sum("row_total", (r, "a"), tuple((r, key) for key in "bcd")) for r in rows)
    decoded = decode(Booklet((book(rows, (*down, *across), sure=0.99999),)))
    asked = cell(decoded, "x", "b")
    assert (asked.verdict, asked.value) == ("doubtful", "0.82")
    assert asked.reason is not None
    assert "0.83" in asked.reason.en
    others = {
        cell(decoded, r, key).verdict for r in rows for key in "abcd" if (r, key) != ("x", "b")
    }
    assert others <= {"proved", "accepted"}
    printed = decode(Booklet((book(rows, (*down, *across), source="text"),)))
    assert cell(printed, "x", "b").verdict == "accepted"


def test_a_bare_nought_among_decimals_may_be_a_stroke() -> None:
    """A loop of a signature in a blank: sums that hold with a nought hold with nothing too."""
    rows = {
        "x": {"a": "5.00", "b": "3.00", "c": "2.00"},
        "y": {"a": "7.25", "b": "7.25", "c": "0"},
        "z": {"a": "4.10", "b": "1.10", "c": "3.00"},
        "sum": {"a": "16.35", "b": "11.35", "c": "5.00"},
    }
    across = tuple(Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in rows)
    down = tuple(Sum("column_total", ("sum", key), tuple((r, key) for r in "xyz")) for key in "abc")
    decoded = decode(Booklet((book(rows, (*across, *down), sure=0.9999),)))
    assert cell(decoded, "y", "c").verdict == "doubtful"
    assert cell(decoded, "y", "b").verdict == "proved"
    printed = decode(Booklet((book(rows, (*across, *down), source="text"),)))
    assert cell(printed, "y", "c").verdict == "proved"


def test_a_long_sum_is_told_whole_in_chinese_too() -> None:
    rows = {
        f"r{n}": {"a": f"{3 * n}.00", "b": f"{n}.00", "c": f"{2 * n}.00"} for n in range(1, 8)
    } | {"sum": {"a": "84.00", "b": "28.00", "c": "56.00"}}
    rows["r4"] = {"a": "12.00", "b": "4.00", "c": "3.33"}
    said: Said = {"3.33": (("3.33", 0.5), ("8.00", 0.4))}
    down = (Sum("column_total", ("sum", "c"), tuple((f"r{n}", "c") for n in range(1, 8))),)
    across = tuple(Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in rows)
    mended = cell(
        decode(Booklet((book(rows, (*down, *across), said=said, sure=0.9999),))), "r4", "c"
    )
    assert (mended.verdict, mended.value) == ("repaired", "8.00")
    assert mended.reason is not None
    assert "+ 3 more" in mended.reason.en
    assert "+ 另 3 项" in mended.reason.zh
    assert "more" not in mended.reason.zh


@pytest.mark.parametrize(("seen", "verdict"), [("5485.50", "doubtful"), ("5468.50", "repaired")])
def test_digits_exchanged_are_a_typists_slip_and_no_misreading(seen: str, verdict: str) -> None:
    """The ink, with dirt before it, is rather another figure than the one that the sums ask for."""
    dirty = "5" + seen
    said: Said = {dirty: ((dirty, 0.5), (seen, 0.3), ("5458.50", 0.05))}
    assert cell(decode(Booklet((_table(dirty, down=True, said=said),))), "x").verdict == verdict


def _table(spoilt: str, *, down: bool, said: Said | None = None) -> Draft:
    """Two rows and their sum, of two terms each, with one figure of which the ink shows a part."""
    rows = {
        "x": {"a": spoilt, "b": "3,041.00", "c": "2,417.50"},
        "y": {"a": "7,204.00", "b": "4,102.00", "c": "3,102.00"},
        "sum": {"a": "12,662.50", "b": "7,143.00", "c": "5,519.50"},
    }
    across = [Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in rows]
    along = [Sum("column_total", ("sum", k), (("x", k), ("y", k))) for k in "abc"]
    shown = said or {spoilt: ((spoilt, 0.5),)}
    return book(rows, (*across, *(along if down else ())), said=shown)


@pytest.mark.parametrize("spoilt", ["458.50", "12.5", "97"])
def test_what_ink_hides_is_repaired_where_sums_tell_it_both_ways(spoilt: str) -> None:
    hidden = cell(decode(Booklet((_table(spoilt, down=True),))), "x")
    assert (hidden.value, hidden.verdict) == ("5458.50", "repaired")


def test_what_sure_ink_shows_must_be_in_what_it_hides() -> None:
    """A figure of which a digit was lost, and whose others no sum bears: it is misprinted too."""
    table = _table("5,932.5", down=True)
    rows = tuple(
        replace(
            row, cells={k: replace(c, confidence=0.99, readings=()) for k, c in row.cells.items()}
        )
        for row in table.rows
    )
    assert cell(decode(Booklet((replace(table, rows=rows),))), "x").verdict == "doubtful"


def test_what_ink_hides_is_asked_for_where_one_sum_tells_it() -> None:
    decoded = decode(Booklet((_table("458.50", down=False),)))
    assert cell(decoded, "x").verdict == "doubtful"
    assert cell(decoded, "y").verdict in ("proved", "accepted")


def test_clear_ink_is_no_veil() -> None:
    """A figure that is surely read and that no sum bears is asked about as it stands."""
    table = _table("458.50", down=True)
    rows = tuple(
        replace(
            row, cells={k: replace(c, confidence=0.999, readings=()) for k, c in row.cells.items()}
        )
        for row in table.rows
    )
    printed = cell(decode(Booklet((replace(table, rows=rows),))), "x")
    assert (printed.value, printed.verdict) == ("458.50", "doubtful")


def test_the_name_of_a_group_alone_names_no_column() -> None:
    table = _table("5,458.50", down=True)
    paths = {"a": ("中央资金", "小计"), "b": ("中央资金",), "c": ("中央资金", "此次下达")}
    columns = tuple(Column(c.key, paths[c.key][-1], c.type, paths[c.key]) for c in table.columns)
    found = cells_of(decode(Booklet((replace(table, columns=columns),))).tables[0])
    assert {key for (_, key), c in found.items() if c.verdict == "doubtful"} >= {"b"}
    assert "c" not in {key for (_, key), c in found.items() if c.verdict == "doubtful"}


def _with_noughts(blank: str, spoilt: str, *, sums: bool = True) -> Draft:
    """Eight rows of three terms, of which the last says nothing but for one row's."""
    rows = {
        f"r{n}": {"a": f"{3 * n}.20", "b": f"{2 * n}.10", "c": f"{n}.10", "d": blank}
        for n in range(1, 9)
    }
    rows["r6"] = {"a": "27.20", "b": "12.10", "c": "6.10", "d": "9.00"}
    rows["sum"] = {"a": "118.60", "b": "72.80", "c": "36.80", "d": "9.00"}
    rows["r3"]["d"] = spoilt
    across = [Sum("row_total", (r, "a"), ((r, "b"), (r, "c"), (r, "d"))) for r in rows]
    terms = [f"r{n}" for n in range(1, 9)]
    along = [Sum("column_total", ("sum", k), tuple((r, k) for r in terms)) for k in "abcd"]
    said: Said = {spoilt: ((spoilt, 0.2),)}
    table = book(rows, (*across, *(along if sums else ())), said=said)
    stroke = replace(table.rows[2].cells["d"], value=None, readable=False, confidence=0.2)
    row = replace(table.rows[2], cells=table.rows[2].cells | {"d": stroke})
    return replace(table, rows=(*table.rows[:2], row, *table.rows[3:]))


@pytest.mark.parametrize(("blank", "value"), [("", None), ("0.00", "0.00")])
def test_a_stroke_where_nothing_is_to_tell_is_what_the_table_prints_there(
    blank: str, value: str | None
) -> None:
    stroke = cell(decode(Booklet((_with_noughts(blank, "长"),))), "r3", "d")
    assert (stroke.value, stroke.verdict, stroke.text) == (value, "repaired", "长")
    assert stroke.reason is not None
    assert "no figure" in stroke.reason.en
    assert "不是数字" in stroke.reason.zh


def test_a_stroke_is_asked_about_where_sums_go_one_way_only_or_the_table_has_no_custom() -> None:
    one_way = decode(Booklet((_with_noughts("", "长", sums=False),)))
    assert cell(one_way, "r3", "d").verdict == "doubtful"
    mixed = _with_noughts("0.00", "长")
    rows = tuple(
        replace(r, cells=r.cells | {"d": replace(r.cells["d"], text="", value=None)})
        if r.id == "r5"
        else r
        for r in mixed.rows
    )
    assert cell(decode(Booklet((replace(mixed, rows=rows),))), "r3", "d").verdict == "doubtful"


def test_two_figures_in_one_cell_hide_no_third() -> None:
    """A border was lost: what the sums ask for is their sum, which is printed nowhere."""
    spoilt = "3,041.00 2,417.50"
    decoded = decode(Booklet((_table(spoilt, down=True),)))
    assert cell(decoded, "x").verdict == "doubtful"


@pytest.mark.parametrize(
    ("seen", "hides"), [("(4097.79", False), ("J97.79", False), ("J97.97", True), ("a 9大", True)]
)
def test_ink_that_shows_other_digits_hides_no_figure(seen: str, hides: bool) -> None:
    """A sign beside a figure does not make what sums ask for out of what is printed."""
    rows = {"x": {"a": seen}, "y": {"a": "93.00"}, "sum": {"a": "4190.97"}}
    draft = book(rows, (), sure=0.3)
    first, *others = draft.rows
    spoilt = replace(first.cells["a"], value=None, readable=False, confidence=0.3)
    draft = replace(draft, rows=(replace(first, cells={"a": spoilt}), *others))
    lattice = lattices(draft, 0)[0, "x", "a"]
    allowed = lattice.allowed(409797, "4097.97", 25.0, 13.0, veiled=True)
    assert (allowed is not None) == hides


def test_dirt_between_the_digits_of_one_figure_does_not_take_the_total_its_place() -> None:
    rows = {
        "x": {"a": "1043222000"}, "y": {"a": "344.4067061"}, "z": {"a": "55000"},
        "sum": {"a": "1387683061"},
    }  # fmt: skip
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a"), ("z", "a")))
    said: Said = {"344.4067061": (("344.4067061", 0.2), ("344406061", 0.7))}
    decoded = decode(Booklet((book(rows, (promise,), said=said),)))
    assert cell(decoded, "sum").verdict in ("proved", "accepted")
    assert cell(decoded, "y").value == "344406061"


def test_what_failing_sums_say_is_part_of_a_figure_is_asked_about() -> None:
    """A stroke took the first digit of a figure and of its parts: their own sum still holds."""
    rows = {
        "sum": {"all": "2920.08", "staff": "920.08", "goods": ""},
        "x": {"all": "1502.58", "staff": "502.58", "goods": ""},
        "y": {"all": "1417.50", "staff": "417.50", "goods": ""},
    }
    across = [Sum("row_total", (r, "all"), ((r, "staff"), (r, "goods"))) for r in rows]
    down = [Sum("column_total", ("sum", k), (("x", k), ("y", k))) for k in ("all", "staff")]
    decoded = decode(Booklet((book(rows, (*across, *down)),)))
    staff = [cell(decoded, row, "staff").verdict for row in rows]
    assert staff == ["doubtful"] * 3


def _rows_without(*texts: str) -> Draft:
    """Figures of one column, surely read, that no sum bears."""
    return book({f"r{n}": {"a": text} for n, text in enumerate(texts)}, ())


def test_a_minus_beside_brackets_or_alone_may_be_dirt() -> None:
    for texts in (("-460.52", "584.13", "565.77"), ("-460.52", "(12.60)", "(41.78)", "(5.00)")):
        asked = cell(decode(Booklet((_rows_without(*texts),))), "r0")
        assert asked.verdict == "doubtful"
        assert "460.52" in [other.value for other in asked.alternatives]
    usual = _rows_without("-460.52", "584.13", "-12.60", "-41.78")
    assert cell(decode(Booklet((usual,))), "r0").verdict == "accepted"


def test_a_minus_that_may_be_dirt_puts_no_other_figure_of_its_sum_in_doubt() -> None:
    rows = {"x": {"a": "-460.52"}, "y": {"a": "584.13"}, "sum": {"a": "1,044.65"}}
    promise = Sum("column_total", ("sum", "a"), (("x", "a"), ("y", "a")))
    decoded = decode(Booklet((book(rows, (promise,)),)))
    verdicts = [cell(decoded, row).verdict for row in rows]
    assert verdicts == ["doubtful", "accepted", "accepted"]


def test_a_figure_is_not_made_of_the_rows_that_a_sum_forgot() -> None:
    """The sums down are said of all rows but the first; one figure is misread, once each way."""
    rows = {
        "forgotten": {"a": "5,000.00", "b": "5,000.00", "c": ""},
        "x": {"a": "458.50", "b": "458.80", "c": ""},
        "y": {"a": "7,204.00", "b": "7,000.00", "c": "204.00"},
        "z": {"a": "2,328.29", "b": "", "c": "2,328.29"},
        "sum": {"a": "14,990.79", "b": "12,458.50", "c": "2,532.29"},
        "grand": {"a": "14,990.79", "b": "12,458.50", "c": "2,532.29"},
    }
    across = [Sum("row_total", (r, "a"), ((r, "b"), (r, "c"))) for r in rows]
    down = [Sum("subtotal", ("sum", k), (("x", k), ("y", k), ("z", k))) for k in "abc"]
    grand = [Sum("grand_total", ("grand", k), (("sum", k),)) for k in "abc"]
    said: Said = {
        "458.50": (("458.50", 0.5),),
        "458.80": (("458.80", 0.5), ("458.50", 0.3)),
    }
    decoded = decode(Booklet((book(rows, (*across, *down, *grand), said=said),)))
    assert [cell(decoded, "x", key).verdict for key in "ab"] == ["doubtful"] * 2


def test_what_ink_hides_is_repaired_beside_rows_of_no_sum_where_another_column_holds() -> None:
    table = _table("458.50", down=True)
    beside = book({"beside": {"a": "5,000.00", "b": "3,000.00", "c": "2,000.00"}}, ())
    decoded = decode(Booklet((replace(table, rows=(*beside.rows, *table.rows)),)))
    assert cell(decoded, "x").verdict == "repaired"
