"""Inline formsets with a bounded number of rows: pages show some of the rows, and a form cannot send more."""

import re
from typing import Any

from django.core.paginator import Paginator
from django.forms.models import BaseInlineFormSet
from django.utils.translation import ngettext_lazy

ROWS_SHOWN = 100  # rows shown on one page of a record
MOST_ROWS = 200  # rows that one form may send: the shown ones, and as many new ones


class RowsFormSet(BaseInlineFormSet):
    """Formset of inline rows, newest first and paginated if there are many.

    A form with more than MOST_ROWS rows is refused and keeps the entered values. Rows that were not submitted stay
    unchanged.
    """

    inline: Any = None  # whose rows these are
    page_asked: Any = 1
    page: Any = None
    default_error_messages = {
        "too_many_forms": ngettext_lazy(
            "You can save up to %(num)d row at a time. Nothing was saved.",
            (
                "You can save up to %(num)d rows at a time. Nothing was saved. Save these "
                "rows first, then add the others."
            ),
            "num",
        )
    }

    def get_queryset(self) -> Any:
        """Return the submitted rows; without a submitted form, those of the requested page."""
        if not hasattr(self, "_queryset"):
            rows = super().get_queryset()
            keys = (self.is_bound and self._keys_sent()) or self._keys_of_page(rows)
            self._queryset = rows if keys is None else rows.filter(pk__in=keys)
        return self._queryset

    def total_form_count(self) -> int:
        """Return the number of submitted rows, up to the limit, whatever the management form claims."""
        count = super().total_form_count()
        if not self.is_bound:
            return count
        sent = {int(number) for name in self.data if (number := self._number_in(name))}
        rows = max(sent) + 1 if sent else len(self.get_queryset())
        return min(rows, count if count >= 0 else MOST_ROWS)

    def _number_in(self, name: str) -> str:
        number = name.removeprefix(f"{self.prefix}-").partition("-")[0] if name.startswith(f"{self.prefix}-") else ""
        return number if re.fullmatch("[0-9]{1,6}", number) else ""

    def _keys_sent(self) -> list[int]:
        model: Any = self.model
        name = model._meta.pk.name
        sent = (str(self.data.get(f"{self.add_prefix(number)}-{name}", "")) for number in range(MOST_ROWS))
        return [int(key) for key in sent if re.fullmatch("[0-9]{1,18}", key)]

    def _keys_of_page(self, rows: Any) -> list[int] | None:
        pages = Paginator(rows.order_by("-pk").values_list("pk", flat=True), ROWS_SHOWN)
        if pages.num_pages == 1:
            return None
        self.page = pages.get_page(self.page_asked)
        return list(self.page)
