"""Find e-mail addresses that are not normalised, and accounts that share one; repair them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultations.queries.accounts import AddressProblem, address_problems
from consultations.workflow import repair_addresses


def line_about(problem: AddressProblem) -> str:
    """Describe the problem, the owner of the address, and what a repair would do."""
    record = problem.record
    message = f"{record._meta.verbose_name} {record.pk} ({record}): {problem.address!a}"
    if problem.holder:
        return f"{message} is the address of account {problem.holder.pk}; this account would be closed"
    return (
        f"{message} should be {problem.corrected}"
        if problem.corrected
        else f"{message} is no address that mail can be sent to"
    )


class Command(BaseCommand):
    help = (
        "List the addresses that are not in their normal form. Ends with status 1 if there are any. Where two accounts "
        "share one, --repair keeps the one that has it in its normal form, else the older, and closes the others."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="correct them; every change is journaled")

    def handle(self, *args: Any, repair: bool = False, **options: Any) -> None:
        for problem in (problems := list(address_problems())):
            self.stdout.write(line_about(problem))
        if repair and problems:
            repair_addresses()
            left = list(address_problems())
            self.stdout.write(f"{len(problems) - len(left)} repaired.")
            problems = left
        if problems:
            raise CommandError(f"{len(problems)} addresses are not in their normal form.")
        self.stdout.write("Every address is in its normal form.")
