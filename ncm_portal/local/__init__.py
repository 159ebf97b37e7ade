"""Tools that install, start and build on one machine. Deployed code imports nothing from here."""
