"""Explorer of the sample: organisations of merged points are named and found."""

from django.urls import reverse

from tests.pages import words


def test_supporters_of_point_are_named_and_linked_to_paragraph(client, played):
    page = words(client.get(reverse("paper_paragraph", args=["gcm-2017", "1.0", 40])))
    names = ["Daraja Forum of Money Transfer Operators (sample)", "Kenyans in the Gulf Welfare Assembly (sample)"]
    assert [f"{name} , " in page for name in names] == [True, True]
    assert page.count("It was joined to 0005.1 and has the same answer.") == 2
    found = client.get(reverse("paper_explore", args=["gcm-2017", "1.0"], query={"organisation": names[1]}))
    assert 'id="p40"' in found.text
