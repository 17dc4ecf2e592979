"""Rows of gold and result that are one and the same row of the page."""

from __future__ import annotations

from decimal import Decimal

from eval.pairing import pair
from eval.panel import Entry, Panel, PanelRow

COLUMNS = (("项目",), ("合计",))


def _row(key: str, label: str, figure: str, y: float, placed: bool = True) -> PanelRow:
    places = ((50.0, y, 120.0, y + 9), (200.0, y, 240.0, y + 9)) if placed else ()
    cells = {0: Entry(label, None), 1: Entry(figure, Decimal(figure))}
    return PanelRow(key, label, cells, places)


def test_a_row_that_was_read_badly_is_the_one_at_its_place() -> None:
    gold = Panel(COLUMNS, (_row("a", "水利", "7.00", 100), _row("b", "教育支出", "8.00", 120)))
    read = Panel(
        COLUMNS, (_row("1", "2130 3朩刃", "1.00", 101), _row("2", "教育支出", "8.00", 121))
    )
    assert pair(gold, read).rows == ((0, 0), (1, 1))


def test_a_row_elsewhere_on_the_page_is_another_one() -> None:
    gold = Panel(COLUMNS, (_row("a", "水利", "7.00", 100),))
    assert pair(gold, Panel(COLUMNS, (_row("1", "防汛抗旱", "1.00", 300),))).rows == ()


def test_without_places_labels_and_figures_decide() -> None:
    gold = Panel(COLUMNS, (_row("a", "水利", "7.00", 100),))
    read = Panel(COLUMNS, (_row("1", "朩刃", "1.00", 100, placed=False),))
    assert pair(gold, read).rows == ()


def test_a_row_without_a_legible_label_is_the_one_between_its_neighbours() -> None:
    gold = Panel(
        COLUMNS,
        tuple(
            _row(key, label, figure, 100, placed=False)
            for key, label, figure in (
                ("a", "水利", "7.00"),
                ("b", "教育支出", "8.00"),
                ("c", "农林水支出", "9.00"),
                ("d", "卫生健康支出", "6.00"),
                ("e", "住房保障支出", "5.00"),
            )
        ),
    )
    first, _, *rest = gold.rows
    illegible = (first, _row("1", "ig", "8.00", 100, placed=False), *rest)
    assert (1, 1) in pair(gold, Panel(COLUMNS, illegible)).rows
    other = (first, _row("1", "水利", "8.00", 100, placed=False), *rest)
    assert [left for left, _ in pair(gold, Panel(COLUMNS, other)).rows] == [0, 2, 3, 4]
    assert pair(gold, Panel(COLUMNS, (first, *rest))).rows == ((0, 0), (2, 1), (3, 2), (4, 3))


def test_a_label_that_most_rows_share_names_none_of_them() -> None:
    """A merged cell that names all rows, where gold names each by a column of its own."""
    gold = Panel(
        COLUMNS,
        tuple(
            _row(key, label, figure, 100, placed=False)
            for key, label, figure in (
                ("a", "信访局", "7.00"),
                ("b", "数量", "8.00"),
                ("c", "信访局", "9.00"),
            )
        ),
    )
    names = ("信访局", "信访局", "信访局")
    figures = ("7.00", "1.00", "9.00")
    read = Panel(
        COLUMNS,
        tuple(
            _row(str(at), name, figure, 100, placed=False)
            for at, (name, figure) in enumerate(zip(names, figures, strict=True))
        ),
    )
    assert pair(gold, read).rows == ((0, 0), (1, 1), (2, 2))
