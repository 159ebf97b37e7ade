"""Templates lose their indentation when they are compiled, and nothing that a reader would see."""

import re

import pytest
from django.template.loader import get_template

from ncm_portal.template_loader import without_indentation
from tests.source_code import ROOT

TRANSLATED = re.compile(r"\{% blocktrans.*?\{% endblocktrans\w* %\}|\{% translate [^%]*%\}", re.S)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<ul>\n  <li>\n    one\n  </li>\n</ul>\n", "<ul><li>one</li></ul>"),
        ("<p>\n  <b>one</b>\n  <i>two</i>\n</p>", "<p><b>one</b>\n<i>two</i></p>"),
        ("<b>one</b><i>two</i>", "<b>one</b><i>two</i>"),
        ('<a\n  href="/"\n  {% if x > 1 %}rel="next"{% endif %}\n>on</a>', '<a href="/"{% if x > 1 %} rel="next"{% endif %}>on</a>'),
        ('<h1 {% if x %}lang="{{ x }}"{% endif %} {% if y %}hidden{% endif %}>', '<h1{% if x %} lang="{{ x }}"{% endif %}{% if y %} hidden{% endif %}>'),
        ("<button>\n  Send\n</button> now", "<button>Send</button> now"),
        ("{% load i18n %}\n{# what it is #}\n{% url 'x' as y %}\n, and {{ y }}", "{% load i18n %}{# what it is #}{% url 'x' as y %}, and {{ y }}"),
        ("<pre>\n  a\n</pre>", "<pre>\n  a\n</pre>"),
        ("<textarea>\n  {{ a }}</textarea>", "<textarea>\n  {{ a }}</textarea>"),
        ("{% blocktranslate %}\n  a\n{% endblocktranslate %}", "{% blocktranslate %}\n  a\n{% endblocktranslate %}"),
        ("<p>\u00a0\n one</p>", "<p>\u00a0\none</p>"),
    ],
)  # fmt: skip
def test_invisible_white_space_is_removed(written, sent):
    assert without_indentation(written) == sent


def msgids_in(source: str) -> list[str]:
    found = TRANSLATED.findall(source)
    return [" ".join(each.split()) if " trimmed" in each.split("%}")[0] else each for each in found]


def test_translated_passages_keep_their_msgids():
    sources = [path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html")]
    assert [msgids_in(without_indentation(text)) for text in sources] == [msgids_in(text) for text in sources]


def test_pages_are_shortened_but_mails_are_not():
    assert "\n  " not in get_template("components/needs.html").template.source
    mail = ROOT / "templates/consultations/mail/message.html"
    assert get_template("consultations/mail/message.html").template.source == mail.read_text("utf-8")
