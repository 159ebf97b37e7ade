"""Look-alike names: which are flagged and which are not."""

import time

import pytest

from consultations.lookalikes import skeleton, unusual


@pytest.mark.parametrize(
    "name",
    [
        "Kenya Red Cr\u043ess", "\u041aenya Red Cross", "Kenya\u200b Red Cross", "KENYA RED CROSS", "Kenya Red Cr0ss",
        "Kenya Red Cross\u2060", "\u202eKenya Red Cross", "𝐊enya Red Cross", "Ｋｅｎｙａ Red Cross", "Kenya Réd Cross",
        "Kenya-Red-Cross", "Kenya Red Cros\u0455", "Kenya Red Cro\u017f\u017f", "Kenya R\u0435d Cross", "kenya red cross.",
        "Kenya Red Cross\ufe0f", "Kenya\u00a0Red Cross", "Kenya\u3164Red Cross",
    ],
)  # fmt: skip
def test_similar_looking_names_have_same_skeleton(name):
    assert skeleton(name) == skeleton("Kenya Red Cross")


def test_confusable_letters_have_same_skeleton():
    assert skeleton("Ministry of Interior") == skeleton("Mlnistry of lnter1or") == skeleton("Rninıstry of Interior")


@pytest.mark.parametrize(
    "name", ["Kenya Red Crescent", "Kenya Red Cross Youth", "Red Cross Kenya", "الهلال الأحمر", ""]
)
def test_different_name_has_different_skeleton(name):
    assert skeleton(name) != skeleton("Kenya Red Cross")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Kenya Red Cr\u043ess", ["U+043E"]),
        ("Kenya\u200b Red Cross", ["U+200B"]),
        ("\u202eKenya Red Cross\u202c", ["U+202E", "U+202C"]),
        ("\u0421\u043e\u0441\u043e\u0430 Kenya", ["U+0421", "U+043E", "U+0441", "U+0430"]),
        ("𝐊enya", ["U+1D40A"]),
        ("Ｋenya", ["U+FF2B"]),
        ("\u017fecretariat", ["U+017F"]),
        ("Gro\u0261o", ["U+0261"]),
        ("Ken\u200dya", ["U+200D"]),
        ("Kenya\u3164", ["U+3164"]),
        ("\ufb01nance", ["U+FB01"]),
    ],
)
def test_unusual_characters_are_named_by_their_code_points(name, codes):
    assert sorted(each.code for each in unusual(name)) == sorted(codes)


@pytest.mark.parametrize(
    "name",
    [
        "Ng'ombe na Wafugaji", "Ng’ombe na Wafugaji", "Ngʼombe na Wafugaji", "Muungano wa Wakulima", "Gĩkũyũ Elders",
        "Université de Genève", "Łódź & Đà Nẵng", "Türkiye Kızılay", "የኢትዮጵያ ቀይ መስቀል", "الهلال الأحمر الكيني",
        "می‌خواهم", "КРАСНЫЙ КРЕСТ", "Ελληνικός Ερυθρός Σταυρός", "Red Cross – الهلال الأحمر", "日本のNGO",
        "Action 24/7 (G7) № 5", "CO₂ & Ɓɛɗa ŋɔ", "Kenya — “Sauti”", "नेपाल संघ", "",
    ],
)  # fmt: skip
def test_a_genuine_name_in_any_alphabet_is_not_flagged(name):
    assert unusual(name) == []


def test_thousands_of_names_are_compared_quickly():
    skeleton("")  # the table is read once by each process
    started = time.process_time()
    for number in range(5_000):
        skeleton(f"Ministry of Interior and Coordination of National Government {number}")
    assert time.process_time() - started < 1
    assert len(skeleton("\ufdfa" * 250)) == 500
