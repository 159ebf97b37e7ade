"""Building blocks of the models' tables: fields, constraints, triggers and bulk copy. Imports no models."""
