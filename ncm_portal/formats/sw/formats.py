"""Like English, with months in Kiswahili."""

from ncm_portal.formats.en.formats import *  # noqa: F403
