"""What the models build their tables from: fields, constraints, triggers, bulk writing. Knows no model."""
