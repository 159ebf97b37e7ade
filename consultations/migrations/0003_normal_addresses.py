"""Bring every address into its one normal form, and let the database hold no other of somebody who may log in.

Where two accounts have one address, the one that has it in its normal form keeps it, else the older one. The others, and
accounts whose address has no normal form, are closed and keep what they have: `manage.py check_addresses` lists them.
"""

from django.db import migrations, models

from consultations.email_addresses import NotAnAddress, normal_form
from consultations.models.email_addresses import NormalEmailField

ATOM, LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NORMAL = rf"^{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})*$"
ELSEWHERE = [
    ("Stakeholder", "contact_email"),
    ("MembershipInvitation", "email"),
    ("Invitation", "email"),
    ("Delegate", "email"),
]


def bring_into_normal_form(apps, schema_editor):
    """Correct what can be corrected; close the accounts that cannot have the address they are under."""
    users = apps.get_model("consultations", "User").objects.order_by("pk")
    taken = set(users.values_list("email", flat=True))
    for user in users:
        wanted = form_of(user.email)
        if wanted == user.email:
            continue
        if wanted and wanted not in taken:
            taken.add(wanted)
            users.filter(pk=user.pk).update(email=wanted)
        else:
            users.filter(pk=user.pk).update(is_active=False)
    confirmed_addresses(apps)
    for name, field in ELSEWHERE:
        rows = apps.get_model("consultations", name)._base_manager.exclude(**{field: ""})
        for pk, address in rows.values_list("pk", field):
            if (wanted := form_of(address)) and wanted != address:
                rows.filter(pk=pk).update(**{field: wanted})
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def confirmed_addresses(apps):
    """The same for the addresses that people confirmed, of which nobody needs one that somebody else has as well."""
    rows = apps.get_model("account", "EmailAddress").objects.order_by("pk")
    for row in rows:
        wanted = form_of(row.email)
        if wanted == row.email:
            continue
        if wanted and not rows.filter(email=wanted).exists():
            rows.filter(pk=row.pk).update(email=wanted)
        else:
            rows.filter(pk=row.pk).delete()


def form_of(address):
    try:
        return normal_form(address)
    except NotAnAddress:
        return None


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0002_two_people"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunPython(bring_into_normal_form, migrations.RunPython.noop),
        migrations.RemoveConstraint("user", "user_email_lower_case"),
        migrations.AlterField(
            "user",
            "email",
            NormalEmailField(
                error_messages={"unique": "This e-mail address is already in use."},
                max_length=254,
                unique=True,
                verbose_name="e-mail address",
            ),
        ),
        migrations.AlterField("delegate", "email", NormalEmailField(blank=True, verbose_name="e-mail")),
        migrations.AlterField("invitation", "email", NormalEmailField(blank=True, verbose_name="e-mail address")),
        migrations.AlterField("membershipinvitation", "email", NormalEmailField(verbose_name="e-mail address")),
        migrations.AlterField(
            "stakeholder", "contact_email", NormalEmailField(blank=True, verbose_name="contact e-mail")
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=models.Q(email__regex=NORMAL) | models.Q(is_active=False),
                name="user_email_normal",
                violation_error_message="The address is not in its normalised form.",
            ),
        ),
        # The table of a library: what stands in it must be comparable with the accounts' own addresses all the same.
        migrations.RunSQL(
            [("ALTER TABLE account_emailaddress ADD CONSTRAINT emailaddress_normal CHECK (email ~ %s)", [NORMAL])],
            "ALTER TABLE account_emailaddress DROP CONSTRAINT emailaddress_normal",
        ),
    ]
