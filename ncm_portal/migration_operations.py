"""Migration operation for the first migration of an app: all tables at once."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """Create the tables of several models with constraints, indexes and triggers.

    With one operation per model Django re-renders all related models each time; with nearly a hundred related models
    that took two thirds of the time to create a database. Here they are rendered once. Models can refer to each other
    in any order: foreign keys are created last.
    """

    category = OperationCategory.ADDITION
    reversible = False  # to remove all tables, drop the database

    def __init__(self, models: Sequence[CreateModel]) -> None:
        """Take complete `models`: nothing is added to them later in the same migration."""
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to `state`, and render its classes lazily."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the tables."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Return the description for `migrate --plan`."""
        return f"Create the tables of {len(self.models)} models"
