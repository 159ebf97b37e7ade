"""Search: matches, order, excerpts, and what must not be found."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import translation

from consultations import queries
from consultations.models import Attachment, Stakeholder, Submission
from ncm_portal import workflow
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


@pytest.fixture
def send(consultation):
    """Create an input one minute older than the previous one."""
    turns = iter(range(1000))

    def made(title="Title", body="Body", *, sender=None, **fields):
        sent = make_submission(consultation, sender, title=title, body=body, **fields)
        earlier = workflow.now() - timedelta(minutes=next(turns))
        return change(sent, submitted_at=earlier) if sent.submitted_at else sent

    return made


def readable(user=VISITOR, **wanted):
    return queries.readable_inputs(user, queries.InputFilters(**wanted))


def titles(words, user=VISITOR):
    page, _hits = queries.ranked_page(readable(user), words, before=None, after=None)
    return [row.title for row in page.rows]


def attach(submission, text, **fields):
    fields = {
        "name": "survey.pdf",
        "size": 1,
        "received": 1,
        "sha256": "0" * 64,
        "media_type": "application/pdf",
        "stored_as": f"file-{submission.pk}",
        "kind": "evidence",
        **fields,
    }
    made = Attachment.objects.create(submission=submission, uploaded_by=submission.author, text=text, **fields)
    return change(made, state="ready")


# --- What is found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("recruiting", ["English"]),  # the stem of "recruitment"
        ("mundu", ["Kiswahili"]),  # without its accents
        ("wahamiaji", ["Kiswahili"]),
        ('"recruitment agencies"', ["English"]),
        ('"agencies recruitment"', []),
        ("licences OR wahamiaji", ["English", "Kiswahili"]),
        ("recruitment -licences", []),
        ("the", ["English"]),  # no English search word, and yet a word
        ("Agencies' \" ( & | !", ["English"]),
    ],
)
def test_words_are_found_in_both_languages(send, words, expected):
    send("English", "The licences of recruitment agencies")
    send("Kiswahili", "Haki za wahamiaji, kila mũndũ")
    assert titles(words) == expected


def test_points_and_files_are_found_with_their_input(send):
    point, file = send("With a point"), send("With a file")
    make_point(point, text="Issue biometric passes.")
    attach(file, "Herders cross at Moyale.")
    attach(send("Original"), "Herders cross at Moyale.", kind="original")
    assert (titles("biometric"), titles("Moyale")) == (["With a point"], ["With a file"])


def test_input_is_found_by_own_and_point_reference(send):
    sent = send("Wanted")
    send("Another", f"See {sent.reference}")
    assert titles(sent.reference.lower()) == ["Wanted"]
    assert titles(f"{sent.reference}.2") == ["Wanted"]
    assert titles("NCM-1999-0001") == []


def test_search_returns_readable_records_only(send):
    own = make_stakeholder()
    send("Public", "canary")
    send("Members", "canary", audience="members")
    send("Secretariat", "canary", audience="secretariat")
    send("Waiting", "canary", state="submitted")
    send("Own", "canary", sender=own, audience="secretariat")
    send("Draft", "canary", sender=own, state="draft")
    assert titles("canary") == ["Public"]
    assert titles("canary", make_member(make_ministry())) == ["Public", "Members"]
    assert titles("canary", make_member(own)) == ["Public", "Own"]
    assert titles("canary", make_secretariat()) == ["Public", "Members", "Secretariat", "Waiting", "Own"]


def test_held_back_text_is_not_searchable(send):
    sent = send("Open [[canary]]", "Open [[canary]] words", proposed_wording="[[canary]]")
    make_point(sent, text="The canary point", held_back=True)
    assert (titles("canary"), titles("canary", make_secretariat())) == ([], [])


# --- In which order -------------------------------------------------------------------------------------------------


def test_title_weighs_more_than_text_and_text_more_than_a_file(send):
    attach(send("File"), "Remittances are dear.")
    send("Text", "Remittances are dear.")
    send("Remittances", "Are dear.")
    assert titles("remittances") == ["Remittances", "Text", "File"]


def test_equal_matches_are_newest_first(send):
    for turn in range(3):
        send(f"Number {turn}", "Remittances")
    assert titles("remittances") == ["Number 0", "Number 1", "Number 2"]


def walk(words):
    """All pages from the first to the last and back, as lists of titles."""
    there, back, before = [], [], None
    while True:
        page, _hits = queries.ranked_page(readable(), words, before=before, after=None)
        there.append([row.title for row in page.rows])
        if not page.older:
            break
        before = Submission.objects.get(reference=page.older)
    while page.newer:
        after = Submission.objects.get(reference=page.newer)
        page, _hits = queries.ranked_page(readable(), words, before=None, after=after)
        back.append([row.title for row in page.rows])
    return there, back


@pytest.mark.parametrize("few", [3, 100], ids=["of many", "of few"])
@pytest.mark.parametrize("number", [4, 5, 8, 9, 11])
def test_pages_are_reachable_forward_and_back(send, monkeypatch, number, few):
    """The newest four are ranked; older ones follow by time, with either search strategy."""
    monkeypatch.setattr(queries.search, "FEW", few)
    for module in (queries.submissions, queries.search):
        monkeypatch.setattr(module, "PAGE", 2)
    monkeypatch.setattr(queries.search, "RANKED", 4)
    for turn in range(number):
        send("Remittances" if turn == 3 else f"Number {turn}", "Remittances")
    there, back = walk("remittances")
    expected = ["Remittances", "Number 0", "Number 1", "Number 2", *(f"Number {turn}" for turn in range(4, number))]
    assert [title for page in there for title in page] == expected
    assert {len(page) for page in there[:-1]} <= {2}
    assert back == there[-2::-1]


@pytest.mark.parametrize("few", [2, 100], ids=["of many", "of few"])
def test_repeated_terms_are_one_match(send, monkeypatch, few):
    """Its best place decides the rank: the title, not the point."""
    monkeypatch.setattr(queries.search, "FEW", few)
    send("Text", "Remittances are dear.")
    make_point(send("Remittances", "Are dear."), text="Lower the cost of remittances.")
    send("Older", "Remittances are dear.")
    page, hits = queries.ranked_page(readable(), "remittances", before=None, after=None)
    assert [row.title for row in page.rows] == ["Remittances", "Text", "Older"]
    assert [hit.reference for hit in hits] == [row.reference for row in page.rows]


def test_unknown_page_key_shows_first_page(send):
    other, match = send("Other"), send("Remittances")
    page, _hits = queries.ranked_page(readable(), "remittances", before=other, after=None)
    assert page == ([match], "", "")


def test_ranking_takes_few_queries(send, django_assert_num_queries):
    for _turn in range(5):
        send("Remittances")
    with django_assert_num_queries(3):  # how many there are, which of them, and these
        page, _hits = queries.ranked_page(readable().defer(None), "remittances", before=None, after=None)
    with django_assert_num_queries(2):  # points and files, and the marks
        queries.shown(page.rows, "remittances", VISITOR)


# --- What is shown --------------------------------------------------------------------------------------------------


def passages(words, user=VISITOR):
    page, _hits = queries.ranked_page(readable(user), words, before=None, after=None)
    shown = queries.shown(page.rows, words, user)
    return [(shown[row.pk].title, shown[row.pk].passage) for row in page.rows]


def test_search_terms_are_highlighted(send):
    send("Fair <b>recruitment</b>", "Licences of recruitment agencies & others.")
    assert passages("recruiting licence") == [
        (
            "Fair &lt;b&gt;<mark>recruitment</mark>&lt;/b&gt;",
            "<mark>Licences</mark> of <mark>recruitment</mark> agencies &amp; others",
        )
    ]


def test_highlighting_ignores_accents(send):
    send("Haki", "Kila mũndũ ana haki.")
    assert passages("mundu") == [("Haki", "Kila <mark>mũndũ</mark> ana haki")]


def test_excerpt_comes_from_matching_point_or_file(send):
    make_point(send("Point", "Body"), text="Issue biometric passes.")
    attach(send("File", "Body"), "A biometric study.")
    assert passages("biometric") == [
        ("Point", "Issue <mark>biometric</mark> passes"),
        ("File", "survey.pdf: A <mark>biometric</mark> study"),
    ]


def test_title_match_is_highlighted_in_point_results_and_points_precede_files(send):
    sent = send("Biometric", "Body")
    attach(sent, "A biometric study.")
    make_point(sent, text="Issue biometric passes.")
    assert passages("biometric") == [("<mark>Biometric</mark>", "Issue <mark>biometric</mark> passes")]


def test_excerpt_prefers_input_text(send):
    make_point(send("Passes", "Biometric ones."), text="Issue biometric passes.")
    assert passages("biometric") == [("Passes", "<mark>Biometric</mark> ones")]


@pytest.mark.parametrize("office", ["visitor", "own", "secretariat"])
def test_withheld_passage_is_never_in_excerpt(send, office):
    own = make_stakeholder()
    sent = send("Title [[canary]]", "Remittances [[canary]] cost", proposed_wording="[[canary]]", sender=own)
    make_point(sent, text="Remittances canary", held_back=True)
    reader = {"visitor": VISITOR, "own": make_member(own), "secretariat": make_secretariat()}[office]
    ((title, passage),) = passages("remittances", reader)
    assert (title, "canary" in passage) == ("Title [passage held back]", False)
    assert passage.startswith("<mark>Remittances</mark> [passage held back] cost")


def test_highlight_placeholders_cannot_be_injected(send):
    send("Of \ue000migrants\ue001 and <i>remittances</i>", "Body")
    assert passages("remittances") == [("Of migrants and &lt;i&gt;<mark>remittances</mark>&lt;/i&gt;", "")]


# --- Names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Kilifi Women's Network", "kilfi womens network", "Kilifi Womens Netwrok", "Kilify"])
def test_misspelt_name_finds_organisation(send, typed):
    network, union = make_stakeholder("Kilifi Women's Network"), make_stakeholder("Dock Workers Union")
    send(sender=network)
    send(sender=union)
    assert queries.named_like(readable(), typed) == [network]


def test_short_name_finds_organisation(send):
    union = make_stakeholder("Dock Workers Union", short_name="DWU")
    send(sender=union)
    assert queries.named_like(readable(), "dwu") == [union]


def test_organisation_without_readable_input_is_not_listed(send):
    hidden = make_stakeholder("Kilifi Women's Network")
    send(sender=hidden, audience="secretariat")
    assert queries.named_like(readable(), "Kilifi Women's Network") == []
    assert queries.named_like(readable(make_secretariat()), "Kilifi Women's Network") == [hidden]


def test_similar_names_are_limited_and_sorted(send):
    bodies = [make_stakeholder(f"Kilifi Women's Network {'of the coast ' * turn}".strip()) for turn in range(7)]
    for body in bodies[::-1]:
        send(sender=body)
    assert queries.named_like(readable(), "Kilifi Women's Network") == bodies[:5]
    assert queries.named_like(readable(), "Kilifi Women's Network of the coast")[0] == bodies[1]


def test_group_of_organisation_is_in_language_of_reader():
    assert Stakeholder(group="media").get_group_display() == "Media"
    with translation.override("sw"):
        assert Stakeholder(group="media").get_group_display() == "Vyombo vya habari"
    assert Stakeholder(group="unknown").get_group_display() == "unknown"


def test_states_and_audiences_have_labels_of_models():
    for name in ("state", "audience"):
        field = Submission._meta.get_field(name)
        for value in (*dict(field.choices), "unknown"):
            sent = Submission(**{name: value})
            for language in ("en", "sw"):
                with translation.override(language):
                    assert getattr(sent, f"get_{name}_display")() == sent._get_FIELD_display(field)


def test_name_search_uses_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    asked = Stakeholder.objects.order_by().filter(name__icontains="women")
    assert "Bitmap Index Scan on stakeholder_part_of_name" in asked.explain()


@pytest.mark.django_db(transaction=True)
def test_name_search_settings_are_local(send, django_assert_num_queries):
    network = make_stakeholder("Kilifi Women's Network")
    send(sender=network)
    with django_assert_num_queries(1):
        assert queries.named_like(readable(), "Kilify") == [network]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_seqscan'), current_setting('pg_trgm.word_similarity_threshold')")
        assert cursor.fetchone() == ("on", "0.6")


# --- What is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("  two \n words ", "two words"), ("\x00", ""), ("\ud83d", ""), ("é" * 999, "é" * 200), ("", "")],
)
def test_search_input_is_normalised(typed, expected):
    assert queries.searchable(typed) == expected


@pytest.mark.parametrize("words", ["\\", "'", '"', "-", "--", "<->", ":*", "!!!", "a:*b", "%_", "OR", "\ue000", "🦓"])
def test_unusual_search_words_are_safe(send, words):
    send("Title", "Body")
    assert titles(words) == []
    assert queries.named_like(readable(), words) == []
