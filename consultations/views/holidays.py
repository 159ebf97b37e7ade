"""Settings that hold for every consultation: public holidays, and the way to offices."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consultations import workflow
from consultations.forms.holidays import HolidayForm
from consultations.models import HolidayRule, PublicHoliday
from consultations.permissions import SignedInRequest
from consultations.queries.holidays import public_holidays
from ncm_portal.workflow import now

from .decorators import INVALID, NOTHING_DONE, attempt, for_secretariat


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_holidays(request: SignedInRequest) -> HttpResponse:
    """List the public holidays of this year and the next; POST adds one by notice."""
    form, outcome = HolidayForm(request.POST if request.method == "POST" else None), NOTHING_DONE
    if form.is_bound:
        outcome = INVALID
        if form.is_valid():
            outcome = attempt(lambda: workflow.add_holiday(by=request.user, **form.cleaned_data))
        if outcome.status == 303:
            messages.success(request, _("Added. Working days are counted with it from now on."))
            return redirect("desk_holidays")
    today = timezone.localdate(now())
    until = date(today.year + 1, 12, 31)
    by_notice = {each.on: each for each in PublicHoliday.objects.filter(rule=HolidayRule.ONCE, counts=True)}
    days = [(day, name, by_notice.get(day)) for day, name in public_holidays(today, until).items()]
    context = {"form": form, "reasons": outcome.reasons, "days": days}
    return render(request, "consultations/holidays/holidays.html", context, status=outcome.status)


@for_secretariat
@require_POST
def desk_holiday_strike(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a public holiday by notice out of the calendar."""
    holiday = get_object_or_404(PublicHoliday, pk=pk, rule=HolidayRule.ONCE)
    workflow.strike_holiday(holiday, by=request.user)
    messages.success(request, _("“%(name)s” no longer counts. It stays on record.") % {"name": holiday.name})
    return redirect("desk_holidays")
