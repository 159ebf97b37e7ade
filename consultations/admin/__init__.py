"""The secretariat's admin for what people tell us."""

from . import forums, inputs, people, reference
