"""Building blocks of the models' tables: fields, constraints, triggers, bulk copy and locks. Imports no models."""
