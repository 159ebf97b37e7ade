"""Printing papers of forty and of a hundred and fifty pages, and one with 2,000 dispositions: our press against
WeasyPrint alone on the same HTML, in the same run; and what a paragraph of a megabyte costs.

Both get the same stylesheet, the same typefaces and the same fetcher, and both start from nothing in every round. Ours
fills the templates, attaches the content, and writes one structure tree for the whole document on top of that.
"""

import io
import resource
import statistics
import time

import pikepdf
import weasyprint

from positions.render import paper, pdf, press
from positions.render.enclosed import enclosures
from tests.positions.render import editions

ROUNDS, ROUNDS_OF_LONG = 5, 3
MOST, MOST_OF_LONG = 1.15, 1.1
MEGABYTES = 700  # for 150 pages


def seconds(work):
    """Processor time of one call: what else the machine does at the moment does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def alone(html, **options):
    with press.without_system_fonts():
        fonts = press.FontConfiguration()
    page = weasyprint.HTML(string=html, url_fetcher=press.Bundle(), base_url=press.SCHEME)
    return page.write_pdf(font_config=fonts, stylesheets=[press.stylesheet(fonts)], **options)


def test_forty_pages_take_little_more_than_weasyprint_alone():
    content = editions.edition(paragraphs=90, points=150)
    named = {"sha256": editions.digest(content), "address": editions.address(content)}
    html = paper.html(content, **named)
    runs = {
        "WeasyPrint alone, untagged": lambda: alone(html),
        "WeasyPrint alone, its own PDF/UA-1": lambda: alone(html, pdf_variant="pdf/ua-1"),
        "Ours: templates, attachment, PDF/A-3a and PDF/UA-1": lambda: paper.render(content, **named),
    }
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(seconds(run))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    floor, _, ours = medians.values()
    printed = paper.render(content, **named)
    with pikepdf.open(io.BytesIO(printed)) as document:
        pages = len(document.pages)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{pages} pages, {len(printed) / 1e6:.2f} MB, peak memory of all runs {peak} MB, median of {ROUNDS}")
    for name, median in medians.items():
        print(f"  {name:<52} {median:5.2f} s  {median / floor:5.2f}")
    assert pages >= 40
    assert ours / floor <= MOST


def pages_of(printed):
    with pikepdf.open(io.BytesIO(printed)) as document:
        return len(document.pages)


def children():
    """Processor time of the child processes until now, and the most memory that one of them had, in MB."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def test_a_hundred_and_fifty_pages_take_hardly_more_than_weasyprint_alone():
    """The parts of a paper are one layout: contents, page numbers and links tie each to all others. What is
    independent, the files that travel inside, takes a hundredth of the time; a second core would gain nothing."""
    content = editions.edition(paragraphs=40, points=1320)
    named = {"sha256": editions.digest(content), "address": editions.address(content)}
    before, _memory = children()
    printed = pdf.render_apart(content, named["sha256"], named["address"])
    after, memory = children()
    pages = pages_of(printed)
    print(
        f"\n{pages} pages in a child process: {after - before:.1f} s, {memory} MB, {len(printed) / 1e6:.2f} MB of PDF"
    )
    html = paper.html(content, **named)
    beside = seconds(lambda: enclosures(content, **named))
    times = [
        (seconds(lambda: alone(html)), seconds(lambda: paper.render(content, **named))) for _ in range(ROUNDS_OF_LONG)
    ]
    floor, ours = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"  WeasyPrint alone {floor:.2f} s, ours {ours:.2f} s, {ours / floor:.2f}; files beside it {beside:.2f} s")
    assert pages >= 147
    assert memory <= MEGABYTES
    assert ours / floor <= MOST_OF_LONG


def test_two_thousand_dispositions_are_printed_within_the_limits():
    content = editions.edition(paragraphs=40, points=2000)
    before, _memory = children()
    printed = pdf.render_apart(content, editions.digest(content), editions.address(content))
    after, memory = children()
    print(f"\n{pages_of(printed)} pages in a child process: {after - before:.1f} s, {memory} MB")
    assert pages_of(printed) >= 200


def test_a_paragraph_of_a_megabyte_is_printed_within_the_limits():
    content = editions.edition(themes=1, paragraphs=8, points=4, participants=3, ministries=1)
    content["sections"][0]["paragraphs"][0]["text"] = "drought " * 131_072
    before, _memory = children()
    printed = pdf.render_apart(content, editions.digest(content), editions.address(content))
    after, _memory = children()
    print(f"\nA megabyte in one paragraph: {pages_of(printed)} pages, {after - before:.1f} s")
    assert pages_of(printed) > 200
