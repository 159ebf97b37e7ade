"""Mark the addresses of closed accounts that somebody else has as given up, so that they can be saved beside the others."""

from django.db import migrations

from consultations.email_addresses import NotAnAddress, normal_form


def mark_given_up(apps, schema_editor):
    """Let no closed account hold, in whatever spelling, an address that another account has."""
    users, confirmed = (
        apps.get_model("consultations", "User").objects,
        apps.get_model("account", "EmailAddress").objects,
    )
    for pk, address in users.filter(is_active=False).order_by("pk").values_list("pk", "email"):
        form = form_of(address)
        if form == address:
            continue
        if form and users.filter(email=form).exclude(pk=pk).exists():
            users.filter(pk=pk).update(email=f"{address[:230]} #{pk}")
            confirmed.filter(user_id=pk, email=form).delete()
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def form_of(address):
    try:
        return normal_form(address)
    except NotAnAddress:
        return None


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0012_checkpoints_of_the_journal"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(mark_given_up, migrations.RunPython.noop)]
