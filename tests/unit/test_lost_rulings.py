"""Figures that a lost ruling brought into one cell are parted; words and sums of one are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.geometry import Box
from schemas.page import Token
from worker.lost_rulings import with_lost_rulings
from worker.ruled import Lattice, Slot


def _token(text: str, x0: float, row: int, y: float = 0.0) -> Token:
    top = 20.0 * row + 6 + y
    return Token(text, Box(x0, top, x0 + 5 * len(text), top + 8), "ocr", 0.99, (0.99,) * len(text))


def _lattice(rows: int, *xs: float) -> Lattice:
    ys = tuple(20.0 * row for row in range(rows + 1))
    slots = tuple(
        Slot(row, col, 1, 1, Box(xs[col], ys[row], xs[col + 1], ys[row + 1]))
        for row in range(rows)
        for col in range(len(xs) - 1)
    )
    return Lattice(xs, ys, slots)


def _texts(lattice: Lattice, tokens: Sequence[Token]) -> dict[tuple[int, int], str]:
    return {
        (slot.row, slot.col): " ".join(
            t.text for t in tokens if slot.box.contains(t.box.cx, t.box.cy)
        )
        for slot in lattice.slots
    }


def test_a_column_of_two_figures_each_is_two_columns() -> None:
    tokens = [
        _token("人员", 105, 0), _token("公用", 165, 0),
        *(t for row in (1, 2, 3) for t in (_token("6110.18", 105, row), _token("0.00", 168, row))),
        _token("水费", 10, 1), _token("47.18", 163, 4),
    ]  # fmt: skip
    parted = with_lost_rulings(_lattice(5, 0.0, 100.0, 200.0), tokens)
    assert len(parted.xs) == 4
    assert _texts(parted, tokens) == {
        (0, 0): "", (0, 1): "人员", (0, 2): "公用",
        (1, 0): "水费", (1, 1): "6110.18", (1, 2): "0.00",
        (2, 0): "", (2, 1): "6110.18", (2, 2): "0.00",
        (3, 0): "", (3, 1): "6110.18", (3, 2): "0.00",
        (4, 0): "", (4, 1): "", (4, 2): "47.18",
    }  # fmt: skip


def test_a_cell_read_in_one_among_many_hinders_nothing_and_stays_one() -> None:
    pairs = [
        t for row in (0, 1, 2, 3) for t in (_token("6110.18", 105, row), _token("0.00", 168, row))
    ]
    run_on = _token("6110.18.|0.00", 110, 4)
    parted = with_lost_rulings(_lattice(5, 0.0, 100.0, 200.0), [*pairs, run_on])
    assert len(parted.xs) == 4
    assert [slot.colspan for slot in parted.slots if slot.row == 4] == [1, 2]
    whole = _token("611018450.00", 110, 4)
    assert len(with_lost_rulings(_lattice(5, 0.0, 100.0, 200.0), [*pairs, whole]).xs) == 3


def test_a_name_over_both_of_them_stays_one_cell() -> None:
    tokens = [
        _token("2022年基本支出预算数", 115, 0),
        *(t for row in (1, 2, 3) for t in (_token("6110.18", 105, row), _token("0.00", 168, row))),
    ]
    parted = with_lost_rulings(_lattice(4, 0.0, 100.0, 200.0), tokens)
    (name,) = (slot for slot in parted.slots if slot.row == 0 and slot.col == 1)
    assert name.colspan == 2


def test_what_two_rows_of_a_table_hold_by_chance_parts_no_column() -> None:
    tokens = [_token("12.00", 105, 1), _token("13.00", 160, 1), _token("6110.18", 150, 2)]
    lattice = _lattice(4, 0.0, 100.0, 200.0)
    assert with_lost_rulings(lattice, tokens) == lattice


def test_a_cell_over_two_places_whose_figures_stand_each_in_its_own_is_two() -> None:
    plain = _lattice(2, 0.0, 100.0, 200.0)
    wide = Slot(0, 0, 1, 2, Box(0, 0, 200, 20))
    lattice = Lattice(plain.xs, plain.ys, (wide, *plain.slots[2:]))
    figures = [_token("391.90", 40, 0), _token("257.00", 150, 0)]
    assert len(with_lost_rulings(lattice, figures).slots) == 4
    words = [_token("合计", 40, 0), _token("257.00", 150, 0)]
    assert with_lost_rulings(lattice, words) == lattice
    across = [_token("391.90", 40, 0), _token("257.00", 85, 0)]
    assert with_lost_rulings(lattice, across) == lattice


def test_a_printed_file_is_as_it_is_drawn() -> None:
    drawn = [
        Token(t, Box(x, 20.0 * r + 6, x + 30, 20.0 * r + 14), "text")
        for r in (0, 1, 2)
        for t, x in (("6110.18", 105.0), ("0.00", 168.0))
    ]
    lattice = _lattice(3, 0.0, 100.0, 200.0)
    assert with_lost_rulings(lattice, drawn) == lattice


def test_rows_between_lost_rulings_are_told_by_their_figures_and_their_names() -> None:
    """A comma that reads as a point leaves a figure one, and a stray sign does no harm."""
    plain = _lattice(4, 0.0, 100.0, 200.0)
    high = [Slot(0, col, 4, 1, Box(100.0 * col, 0, 100.0 * col + 100, 80)) for col in (0, 1)]
    lattice = Lattice(plain.xs, plain.ys, tuple(high))
    figures = [
        _token(t, 120, row) for row, t in enumerate(("1.234.567", "84,297", "9.000", "17.1"))
    ]
    names = [_token(t, 10, row) for row, t in enumerate(("石桥区", "东麓区", "城中区", "北固区"))]
    dirt = _token("六", 190, 1)
    parted = with_lost_rulings(lattice, [*names, *figures, dirt])
    assert len(parted.slots) == 8
    held = _texts(parted, [*names, *figures])
    assert (held[2, 0], held[2, 1]) == ("城中区", "9.000")


def test_a_name_for_all_of_the_rows_stays_one_cell() -> None:
    plain = _lattice(4, 0.0, 100.0, 200.0)
    high = [Slot(0, col, 4, 1, Box(100.0 * col, 0, 100.0 * col + 100, 80)) for col in (0, 1)]
    lattice = Lattice(plain.xs, plain.ys, tuple(high))
    figures = [_token(f"{row + 1}.00", 120, row) for row in range(4)]
    parted = with_lost_rulings(lattice, [_token("教育支出", 10, 1, 10.0), *figures])
    assert (0, 0, 4) in {(slot.row, slot.col, slot.rowspan) for slot in parted.slots}


def test_a_name_over_money_in_a_column_that_lost_its_rulings_is_its_header() -> None:
    plain = _lattice(3, 0.0, 100.0, 200.0)
    high = Slot(0, 1, 2, 1, Box(100, 0, 200, 40))
    kept = [slot for slot in plain.slots if slot.col == 0 or slot.row == 2]
    lattice = Lattice(plain.xs, plain.ys, (high, *kept))
    tokens = [_token("Budget", 130, 0), _token("513,954,282.86", 110, 1)]
    held = _texts(with_lost_rulings(lattice, tokens), tokens)
    assert (held[0, 1], held[1, 1]) == ("Budget", "513,954,282.86")
    both = [_token("Budget", 110, 0), _token("12.50", 160, 0), _token("7.00", 160, 1)]
    assert set(with_lost_rulings(lattice, both).slots) == set(lattice.slots)


def test_names_and_money_in_cells_over_two_columns_are_parted_where_some_rows_are() -> None:
    plain = _lattice(5, 0.0, 100.0, 200.0)
    wide = [Slot(row, 0, 1, 2, Box(0, 20.0 * row, 200, 20.0 * row + 20)) for row in (0, 1, 2)]
    lattice = Lattice(plain.xs, plain.ys, (*wide, *plain.slots[6:]))
    tokens = [
        t
        for row, name in enumerate(("临江县", "新港区", "石桥区", "桃源镇", "云台县"))
        for t in (_token(name, 10, row), _token("590.09", 150, row))
    ]
    ruling = Token("1", Box(99, 7, 101, 14), "ocr", 0.5, (0.5,))
    parted = with_lost_rulings(lattice, [*tokens, ruling])
    assert len(parted.slots) == 10
    assert _texts(parted, tokens)[1, 1] == "590.09"
    few = Lattice(plain.xs, plain.ys, (*wide[:2], *plain.slots[4:]))
    assert with_lost_rulings(few, tokens) == few


def test_the_lone_sign_of_a_stamp_keeps_no_two_figures_in_one_cell() -> None:
    lattice = _lattice(2, 0.0, 100.0, 200.0, 300.0)
    merged = [s for s in lattice.slots if (s.row, s.col) not in {(1, 1), (1, 2)}]
    both = Slot(1, 1, 1, 2, Box(100.0, 20.0, 300.0, 40.0))
    spoilt = Lattice(lattice.xs, lattice.ys, (*merged, both))
    figures = [_token("1,695.75", 150, 1), _token("151.96", 260, 1)]
    parted = with_lost_rulings(spoilt, [*figures, _token("M", 120, 1)])
    assert _texts(parted, figures)[1, 1] == "1,695.75"
    assert _texts(parted, figures)[1, 2] == "151.96"
    named = with_lost_rulings(spoilt, [_token("小计", 120, 1), figures[1]])
    assert [slot.colspan for slot in named.slots if slot.row == 1] == [1, 2]


def test_a_stroke_of_one_figure_is_no_edge_of_a_column() -> None:
    whole = _lattice(4, 0.0, 100.0, 200.0)
    slots = [replace(s, colspan=2) if s.col == 1 else s for s in whole.slots]
    torn = [s for s in slots if (s.row, s.col) != (1, 1)]
    halves = [
        Slot(1, 1, 1, 1, Box(100, 20, 160, 40)), Slot(1, 2, 1, 1, Box(160, 20, 200, 40)),
    ]  # fmt: skip
    spoilt = Lattice((0.0, 100.0, 160.0, 200.0), whole.ys, (*torn, *halves))
    tokens = [_token("34.36", 161, 1), _token("17.00", 161, 2)]
    mended = with_lost_rulings(spoilt, tokens)
    assert mended.xs == (0.0, 100.0, 200.0)
    assert _texts(mended, tokens) == _texts(whole, tokens)
    apart = [_token("34.36", 110, 1), _token("17.00", 110, 2)]
    assert len(with_lost_rulings(spoilt, apart).xs) == 4
