"""Pages are compressed for visitors without a session only."""

import gzip

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from ncm_portal.middleware import CompressionMiddleware

TAKES_BOTH = {"Accept-Encoding": "gzip, deflate, br"}
UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress}
WORDS = "<p>What organisations ask for.</p>" * 100


def answer_to(response: HttpResponse, cookies: str = "", headers: dict[str, str] | None = None) -> HttpResponse:
    headers = TAKES_BOTH if headers is None else headers
    request = RequestFactory().get("/", headers={**headers, **({"Cookie": cookies} if cookies else {})})
    return CompressionMiddleware(lambda request: response)(request)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br", "br"),
        ("gzip, br;q=0.5", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br; q=0.0, gzip", "gzip"),
    ],
)
def test_page_for_visitor_is_compressed_without_changing_it(accepted, coding):
    answer = answer_to(HttpResponse(WORDS), headers={"Accept-Encoding": accepted})
    assert (answer["Content-Encoding"], answer["Vary"]) == (coding, "Accept-Encoding")
    assert UNPACKED[coding](answer.content).decode() == WORDS
    assert (answer["Content-Length"], len(answer.content) < len(WORDS) / 5) == (str(len(answer.content)), True)


def test_page_is_not_compressed_for_browser_without_support():
    assert answer_to(HttpResponse(WORDS), headers={}).content.decode() == WORDS


def test_page_of_session_is_not_compressed():
    assert answer_to(HttpResponse(WORDS), cookies="sessionid=abc; django_language=sw").content.decode() == WORDS
    assert "Content-Encoding" in answer_to(HttpResponse(WORDS), cookies="django_language=sw").headers


def test_page_setting_cookie_is_not_compressed():
    response = HttpResponse(WORDS)
    response.set_cookie("csrftoken", "abc")
    assert answer_to(response).content.decode() == WORDS


@pytest.mark.parametrize("kind", ["application/pdf", "application/json", "text/plain"])
def test_a_file_is_served_byte_for_byte(kind):
    whole = answer_to(HttpResponse(WORDS, content_type=kind, headers={"ETag": '"abc"'}))
    assert (whole.content.decode(), whole["ETag"]) == (WORDS, '"abc"')


def test_streamed_response_is_not_compressed():
    streamed = answer_to(StreamingHttpResponse([WORDS]))
    assert b"".join(streamed.streaming_content).decode() == WORDS
