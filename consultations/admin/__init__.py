"""The secretariat's admin for what people tell us."""

from . import access_log, forums, organisations, reference, submissions
