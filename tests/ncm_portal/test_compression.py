"""Pages are compressed for visitors, and for nobody who has a session."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from ncm_portal.middleware import CompressionMiddleware

TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}
WORDS = "<p>What organisations ask for.</p>" * 100


def answer_to(response: HttpResponse, cookies: str = "", headers: dict[str, str] | None = None) -> HttpResponse:
    headers = TAKES_GZIP if headers is None else headers
    request = RequestFactory().get("/", headers={**headers, **({"Cookie": cookies} if cookies else {})})
    return CompressionMiddleware(lambda request: response)(request)


def test_a_visitor_gets_fewer_bytes_and_the_same_words():
    answer = answer_to(HttpResponse(WORDS))
    assert (answer["Content-Encoding"], answer["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(answer.content).decode() == WORDS
    assert len(answer.content) < len(WORDS) / 5


def test_a_browser_that_takes_no_gzip_gets_none():
    assert answer_to(HttpResponse(WORDS), headers={}).content.decode() == WORDS


def test_a_page_for_somebody_with_a_session_is_left_as_it_is():
    assert answer_to(HttpResponse(WORDS), cookies="sessionid=abc; django_language=sw").content.decode() == WORDS
    assert "Content-Encoding" in answer_to(HttpResponse(WORDS), cookies="django_language=sw").headers


def test_a_page_that_sets_a_cookie_is_left_as_it_is():
    response = HttpResponse(WORDS)
    response.set_cookie("csrftoken", "abc")
    assert answer_to(response).content.decode() == WORDS


@pytest.mark.parametrize("kind", ["application/pdf", "application/json", "text/plain"])
def test_a_file_is_served_byte_for_byte(kind):
    whole = answer_to(HttpResponse(WORDS, content_type=kind, headers={"ETag": '"abc"'}))
    assert (whole.content.decode(), whole["ETag"]) == (WORDS, '"abc"')


def test_what_is_streamed_is_left_as_it_is():
    streamed = answer_to(StreamingHttpResponse([WORDS]))
    assert b"".join(streamed.streaming_content).decode() == WORDS
