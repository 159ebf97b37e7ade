"""Spreadsheet template for organisations and counties: columns, an example, and the valid values of each cell."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from consultations.models import BODY_LIMIT, WORDING_LIMIT, Audience, Consultation, Language, Provision

from .spreadsheets import MAX_ROWS
from .submissions import InputReader

COLUMNS = {
    "organisation": 36, "theme": 10, "objectives": 18, "title": 40, "body": 70, "proposed_wording": 50,
    "audience": 14, "language": 12, "received": 14,
}  # fmt: skip


def template(consultation: Consultation) -> bytes:
    """Return an empty workbook for the inputs of a consultation: the sheet to fill in, an explanation of the columns,
    the themes and objectives, and an example that is not imported.
    """
    book = Workbook()
    book.properties.title = _("Inputs: %(title)s") % {"title": consultation.title}
    _to_fill_in(book.active, [theme.code for theme in consultation.themes.order_by("order")])
    _table(book.create_sheet(_("Columns")), [_("Column"), _("Needed"), _("What it can contain")], _explained())
    _table(book.create_sheet(_("Example")), list(COLUMNS), [_example(consultation)])
    themes = [(theme.code, theme.title) for theme in consultation.themes.order_by("order")]
    _table(book.create_sheet(_("Themes")), [_("Code"), _("Theme")], themes)
    objectives = Provision.objects.order_by("framework", "order").values_list("code", "title")
    _table(book.create_sheet(_("Objectives")), [_("Code"), _("Objective")], objectives)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _to_fill_in(sheet: Worksheet, themes: list[str]) -> None:
    sheet.title = _("Inputs")
    _head(sheet, list(COLUMNS))
    for number, width in enumerate(COLUMNS.values(), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for column, allowed in [("theme", themes), ("audience", Audience.values), ("language", Language.values)]:
        letter = get_column_letter(list(COLUMNS).index(column) + 1)
        choice = DataValidation(type="list", formula1=f'"{",".join(allowed)}"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
        sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"


def _explained() -> list[tuple[str, str, str]]:
    words = {
        "organisation": _(
            "The name of the organisation as it is on the portal. Each row is one input from one organisation."
        ),
        "theme": _("The code or the title of one theme: see the sheet “Themes”."),
        "objectives": _("Codes of objectives, separated by semicolons: see the sheet “Objectives”."),
        "title": _("What is asked for, in one line of up to 200 characters."),
        "body": _("The text, up to %(limit)s characters. Passages in double square brackets are held back.")
        % {"limit": f"{BODY_LIMIT:,}"},
        "proposed_wording": _("A sentence for the position paper, up to %(limit)s characters.")
        % {"limit": f"{WORDING_LIMIT:,}"},
        "audience": _("%(values)s. If empty: public.") % {"values": ", ".join(Audience.values)},
        "language": _("%(values)s. If empty: en.") % {"values": ", ".join(Language.values)},
        "received": _("The date it arrived, as 2017-10-31 or 31/10/2017. If empty: the date of the upload."),
    }
    needed = InputReader.needed
    return [(name, _("yes") if name in needed else _("no"), words[name]) for name in COLUMNS]


def _example(consultation: Consultation) -> list[str]:
    theme = consultation.themes.order_by("order").first()
    return [
        _("Name of your organisation"), theme.code if theme else "", "GCM-06; GCM-12", _("Wages on time"),
        _("Domestic workers abroad are paid months late."), _("Kenya seeks wages that are paid on time."),
        Audience.PUBLIC.value, Language.ENGLISH.value, "",
    ]  # fmt: skip


def _table(sheet: Worksheet, head: list[str], rows: Iterable[Iterable[Any]]) -> None:
    _head(sheet, head)
    for row in rows:
        sheet.append(list(row))
    for number in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 24 if number < len(head) else 90
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _head(sheet: Worksheet, names: list[str]) -> None:
    sheet.append(names)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="0A6B3B")
