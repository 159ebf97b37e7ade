"""Initial migrations: one operation creates all tables, including those with circular references."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.state import ProjectState

from ncm_portal.migration_operations import CreateTables

# Each names the other, so that neither could be made whole before the other one.
HEN_AND_EGG = CreateTables(
    [
        migrations.CreateModel(
            name=name,
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("other", models.ForeignKey(f"coop.{other}", models.PROTECT, null=True, related_name="+")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["other"], name=f"{name}_once")]},
        )
        for name, other in (("hen", "egg"), ("egg", "hen"))
    ]
)
FIRST = type("Migration", (migrations.Migration,), {"operations": [HEN_AND_EGG]})("0001_initial", "coop")


@pytest.mark.django_db
@pytest.mark.usefixtures("by_owner")
def test_circular_tables_are_created_together() -> None:
    with connection.schema_editor() as editor:
        state = FIRST.apply(ProjectState(), editor)
    assert {name: sorted(relations(name)) for name in ("coop_hen", "coop_egg")} == {
        "coop_hen": [("other_id", "coop_egg")],
        "coop_egg": [("other_id", "coop_hen")],
    }
    hen = state.apps.get_model("coop", "Hen")
    assert [constraint.name for constraint in hen._meta.constraints] == ["hen_once"]
    assert HEN_AND_EGG.describe() == "Create the tables of 2 models"


def relations(table: str) -> list[tuple[str, str]]:
    """Return the foreign keys of a table: column and referenced table."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_relations(cursor, table)
    return [(column, other) for column, (_, other, *_) in found.items()]


@pytest.mark.django_db
def test_initial_tables_are_not_reversible() -> None:
    with connection.schema_editor() as editor, pytest.raises(IrreversibleError):
        FIRST.unapply(ProjectState(), editor)
