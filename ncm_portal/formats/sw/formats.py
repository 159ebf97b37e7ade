"""As in English, with the months in Kiswahili."""

from ncm_portal.formats.en.formats import *  # noqa: F403
