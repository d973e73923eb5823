"""Rows as a file for spreadsheets. Nothing that somebody typed is ever a formula in it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import xlsxwriter

# Text, a number, or a moment as the clock on the wall shows it.
Cell = str | int | datetime
LONGEST_CELL = 32_767  # of what Excel opens
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Return the lines of a CSV file, one by one."""
    lines = csv.writer(_Echo())
    return (lines.writerow(map(_written, row)) for row in (heads, *rows))


def as_xlsx(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return an Excel file of one sheet: text as text, numbers as numbers, moments as moments."""
    file = io.BytesIO()
    # Each row goes to the disk as soon as the next begins: memory does not grow with them.
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True})
        looks = {
            int: book.add_format({"num_format": "#,##0"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heads) - 1, 18)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, looks)
    return file.getvalue()


def harmless(text: str) -> str:
    """Return text that no spreadsheet which opens a CSV file takes for a formula."""
    text = text.replace("\x00", "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _write(sheet, row: int, column: int, cell: Cell, looks: dict) -> None:
    """Write a cell as what it is: `sheet.write` would guess, and see formulas and links."""
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, looks[datetime])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, looks[int])
    else:
        sheet.write_string(row, column, cell[:LONGEST_CELL])


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return str(cell) if isinstance(cell, int) else harmless(cell)


class _Echo:
    """A file that gives each line back."""

    def write(self, line: str) -> str:
        return line
