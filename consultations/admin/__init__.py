"""Admin of the consultations app."""

from . import access_log, forums, organisations, reference, submissions
