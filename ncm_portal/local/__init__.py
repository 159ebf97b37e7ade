"""What installs, starts and builds on one machine. What is deployed imports nothing from here."""
