"""Read text from pages in tests, and find pages of the administration."""

import re

from django.urls import reverse


def words(page) -> str:
    """Return the text of a page without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def without_tokens(page) -> str:
    """Return a page without CSRF tokens, which differ between responses."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())


def tidy(markup: str) -> str:
    """Markup with single spaces, none of them at the end of a tag or of an element: a browser reads the same."""
    return re.sub(r" (?=>|</|<br>)", "", re.sub(r"[ \n]+", " ", markup))


def admin_page(model, name="changelist", *args) -> str:
    """Return the address of a page of the administration about records of `model`."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def confirmed(client, address: str, data=(), **options):
    """Make the move at `address` as its page does: after the page said what the move will do."""
    page = client.get(address)
    effects = page.context["effects"].fingerprint if page.status_code == 200 else ""
    return client.post(address, {**dict(data), "effects": effects}, **options)
