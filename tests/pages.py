"""Reading a page in a test."""

import re


def words(page) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def without_tokens(page) -> str:
    """A page without the form tokens, which differ from one answer to the next."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())
