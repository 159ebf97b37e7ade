"""Normal form of e-mail addresses: equal, different and refused spellings."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.email_addresses import NotAnAddress, is_normal, normal_form, readings
from consultations.models import MembershipInvitation, NormalEmailFormField, User
from tests.factories import make_user

# The letters on which PostgreSQL, Python and the mail servers of the world disagree, among plain ones.
LETTERS = "abiIkKsSzZ09.-_@+\"' ıİſKßẞσςΣ\u0307\u200b\u00adｅ．。＠éäБа%\\"
ADDRESSES = st.builds("{}@{}".format, st.text(LETTERS, max_size=12), st.text(LETTERS, max_size=20)) | st.text(LETTERS)


def form_or_none(typed):
    try:
        return normal_form(typed)
    except NotAnAddress:
        return None


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("ruth.langat@secretariat.example.org", "ruth.langat@secretariat.example.org"),
        ("  RUTH.Langat@Secretariat.EXAMPLE.org. ", "ruth.langat@secretariat.example.org"),
        ("\ufeffruth@example.org\u200b", "ruth@example.org"),
        ("ｒｕｔｈ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ruth@example.org"),
        ("ruth@example。org", "ruth@example.org"),
        ("ruth@exam\u00adple.org", "ruth@example.org"),
        ('"ruth.langat"@example.org', "ruth.langat@example.org"),
        (r'"ru\th"@example.org', "ruth@example.org"),
        ("o'neill+ncm@example.org", "o'neill+ncm@example.org"),
        ("ſam@example.org", "sam@example.org"),
        ("\u212aim@example.org", "kim@example.org"),
        ("ısık@example.org", "isik@example.org"),
        ("İSİK@example.org", "isik@example.org"),
        ("ruth@secretarıat.example.org", "ruth@xn--secretarat-4ub.example.org"),
        ("ruth@XN--secretarat-4ub.example.org", "ruth@xn--secretarat-4ub.example.org"),
        ("ayse@dışişleri.gov.tr", "ayse@xn--dileri-p9a28ab.gov.tr"),
        ("ayse@İstanbul.gov.tr", "ayse@istanbul.gov.tr"),
        ("info@ελληνικός.gr", "info@xn--qxaegecap6byf.gr"),
        ("info@ΕΛΛΗΝΙΚΌΣ.gr", "info@xn--qxaegecap6byf.gr"),
        ("info@faß.de", "info@xn--fa-hia.de"),
        ("root@localhost", "root@localhost"),
        ("r" * 64 + "@example.org", "r" * 64 + "@example.org"),
        ("ruth@" + ".".join(["e" * 61] * 4) + ".o", "ruth@" + ".".join(["e" * 61] * 4) + ".o"),  # 254 characters
    ],
)
def test_each_spelling_has_one_normal_form(typed, form):
    assert normal_form(typed) == form
    assert is_normal(form)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter an e-mail address in the correct format"),
        ("ruth", "Enter an e-mail address in the correct format"),
        ("@example.org", "Enter an e-mail address in the correct format"),
        ("ruth@", "Enter an e-mail address in the correct format"),
        ("γιώργος@example.org", "The part before the @ must only include letters a to z without accents"),
        ("ru\u200bth@example.org", "The part before the @ must only include letters"),
        ('"@example.org', "The part before the @ must only include letters"),
        ('"ruth@example.org', "The part before the @ must only include letters"),
        ('ruth"@example.org', "The part before the @ must only include letters"),
        ('"ruth langat"@example.org', "The part before the @ must only include letters"),
        ("ruth..langat@example.org", "The part before the @ must only include letters"),
        ("ruth@langat@example.org", "The part before the @ must only include letters"),
        ("r" * 65 + "@example.org", "must be 64 characters or fewer"),
        ("ruth@[127.0.0.1]", "“[127.0.0.1]” is not a valid domain"),
        ("ruth@exa_mple.org", "“exa_mple.org” is not a valid domain"),
        ("ruth@-example.org", "is not a valid domain"),
        ("ruth@example..org", "is not a valid domain"),
        ("ruth@☃.org", "“☃.org” is not a valid domain"),
        ("ruth@xn--zz--.org", "is not a valid domain"),
        ("ruth@\ud800.org", "“?.org” is not a valid domain"),
        ("ruth@" + "e" * 64 + ".org", "is not a valid domain"),
        ("ruth@" + "ı." * 120 + "org", "is not a valid domain"),
        ("ruth@" + "e" * 600, "605 characters long. It must be 254 characters or fewer"),
        ("ruth@" + ".".join(["e" * 61] * 4) + ".org", "256 characters long. It must be 254 characters or fewer"),
    ],
)
def test_invalid_addresses_are_refused_with_message(typed, words):
    with pytest.raises(NotAnAddress) as refusal:
        normal_form(typed)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("AYSE@DIŞİŞLERİ.GOV.TR", "ayse@dışişleri.gov.tr"),
        ("ayse@Dışişleri.gov.tr", "ayse@dışişleri.gov.tr"),
        ("AYSE@IŞIK.com.tr", "ayse@ışık.com.tr"),
        ("AYSE@IŞIK.com.tr", "ayse@işik.com.tr"),
        ("INFO@ΕΛΛΗΝΙΚΌΣ.GR", "info@ελληνικός.gr"),
        ("info@ελληνικόσ.gr", "info@ελληνικός.gr"),
        ("INFO@ΥΠΟΥΡΓΌΣ-ΕΡΓΑΣΊΑΣ.GR", "info@υπουργός-εργασίας.gr"),
        ("info@ελληνικός.gr", "info@ελληνικόσ.gr"),
    ],
)
def test_account_is_found_with_any_spelling_of_its_address(typed, stored):
    assert normal_form(stored) in readings(typed)


def test_plain_address_has_one_reading_and_look_alike_does_not_match_it():
    real = "ruth@secretariat.example.org"
    assert readings(real.upper().replace("ORG", "org"))[0] == real
    assert readings(real) == (real,)
    assert real not in readings("ruth@secretarıat.example.org")


@given(ADDRESSES)
def test_normal_form_is_idempotent_and_fold_stable(typed):
    if form := form_or_none(typed):
        spellings = {form.lower(), form.casefold(), form.upper(), form.title(), f" {form}. "}
        assert form.isascii()
        assert {normal_form(each) for each in spellings} == {form}
        assert readings(typed)[0] == form


@pytest.mark.django_db
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ADDRESSES, ADDRESSES)
def test_database_folding_keeps_normal_forms_distinct(one, other):
    forms = [form_or_none(one), form_or_none(other)]
    if None in forms:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s = %s, lower(%s) = lower(%s), upper(%s) = upper(%s)", forms * 3)
        same = cursor.fetchone()
    assert set(same) == {forms[0] == forms[1]}


# --- In the database, in forms ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["RUTH@Example.org", "ruth@ｅxample.org.", '"ruth"@example.org'])
def test_person_is_found_by_equal_address_and_stored_once(typed):
    ruth = make_user(email="ruth@example.org")
    assert User.objects.get(email=typed) == User.objects.get_by_natural_key(typed) == ruth
    with pytest.raises(ValidationError, match="This e-mail address is already in use"):
        User.objects.create_user(typed, "a long enough password", name="Ruth Two")


@pytest.mark.django_db
def test_invalid_address_finds_nobody():
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("γ@\ud800")
    assert not MembershipInvitation.objects.filter(email__in=["no address", "@"]).exists()


@pytest.mark.parametrize(
    ("typed", "kept"), [(" Ruth@EXAMPLE.org ", "ruth@example.org"), ("", ""), ("a@ışık.tr", "a@xn--k-ekaa7p.tr")]
)
def test_form_returns_normal_form(typed, kept):
    assert NormalEmailFormField(required=False).clean(typed) == kept


def test_address_error_names_the_person():
    with pytest.raises(
        ValidationError, match=r"Officer 2: Enter an e-mail address in the correct format, like name@example\.org\."
    ):
        NormalEmailFormField(who="Officer 2").clean("ruth")
    assert "maxlength" not in NormalEmailFormField(max_length=254).widget.attrs
