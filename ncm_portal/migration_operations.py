"""The first migration of an app: all its tables in one operation."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """Make the tables of several models, with their constraints, indexes and triggers.

    With an operation for each model Django draws up anew, model after model, all that are related to it; with nearly a
    hundred related models that took two thirds of the time of a new database. Here they are drawn up once. They may
    name each other in any order: PostgreSQL gets the foreign keys last.
    """

    category = OperationCategory.ADDITION
    reversible = False  # who wants no table drops the database

    def __init__(self, models: Sequence[CreateModel]) -> None:
        """`models` are whole: nothing is added to them later in the same migration."""
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Put the models into `state`, and have its classes drawn up when they are asked for next."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the tables."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What `migrate --plan` shows."""
        return f"Create the tables of {len(self.models)} models"
