"""Allow only normalised addresses in django-allauth's table, as in that of accounts.

A migration of its own, because allauth's tables refer to accounts and are created after the first one.
"""

from django.db import migrations

ATOM, LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NORMAL = rf"^{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})*$"


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [
        migrations.RunSQL(
            [("ALTER TABLE account_emailaddress ADD CONSTRAINT emailaddress_normal CHECK (email ~ %s)", [NORMAL])],
            "ALTER TABLE account_emailaddress DROP CONSTRAINT emailaddress_normal",
        ),
    ]
