"""How dates are written where a page does not say it itself, as in the lists of the admin: not the American way."""
