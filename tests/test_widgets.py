"""Our single-template widgets, written for speed, render as Django's do."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting

ATTRS = {"id": "id_x", "required": True, "disabled": False, "placeholder": '<"quoted">', "maxlength": 10}
CHOICES = [("", "Prefer not to say"), ("a&b", "<A>"), ("Group", [("c", "C")])]


@pytest.mark.parametrize("value", [None, "", '<"&', "c", 7])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(),
        forms.EmailInput(),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.NumberInput(),
        forms.CheckboxInput(),
        forms.Select(choices=CHOICES),
        forms.SelectMultiple(choices=CHOICES),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_widget_renders_as_django(widget, value):
    ours, djangos = (
        widget.render("x", value, attrs=ATTRS, renderer=renderer()) for renderer in (TemplatesSetting, DjangoTemplates)
    )
    assert ours == djangos
