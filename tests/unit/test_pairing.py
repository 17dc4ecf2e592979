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
