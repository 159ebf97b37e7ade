"""The feed answers as its description says, whatever is asked: schemathesis judges it over HTTP."""

import subprocess
import sys

import pytest
from django.urls import reverse

from positions.views import open_data
from tests import factories
from tests.positions.views.test_open_data import answered  # noqa: F401  # the same world

SEED = "20261203"  # the same requests in every run
QUIET = ["--continue-on-failure", "--generation-database=none", "--no-color"]


def judged(base, folder, *options):
    """Run schemathesis on the feed at `base` with all its checks; return its exit status and what it reports."""
    run = [sys.executable, "-m", "schemathesis.cli", "run", base + reverse("openapi"), f"--url={base}"]
    asked = [*run, "--checks=all", f"--seed={SEED}", *QUIET, *options]
    result = subprocess.run(asked, capture_output=True, text=True, cwd=folder, timeout=300, check=False)
    return result.returncode, result.stdout + result.stderr


@pytest.fixture
def unlimited(settings):
    settings.LIMITS = {**settings.LIMITS, "feed": (1_000_000, 60), "export": (1_000_000, 600)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("answered", "unlimited")
def test_feed_answers_valid_and_invalid_requests_as_described(live_server, tmp_path):
    factories.make_point(state="merged", into=factories.make_point())
    status, report = judged(live_server.url, tmp_path, "--max-examples=30")
    assert status == 0, report
    assert "3 selected / 3 total" in report


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("unlimited")
def test_undescribed_answer_is_a_failure(live_server, tmp_path, monkeypatch):
    described = {path: {**each} for path, each in open_data.DESCRIPTION["paths"].items()}
    get = described["/feed/points.json"]["get"]
    described["/feed/points.json"]["get"] = {**get, "responses": {"200": get["responses"]["200"]}}
    monkeypatch.setitem(open_data.DESCRIPTION, "paths", described)
    status, report = judged(live_server.url, tmp_path, "--max-examples=5", "--include-path=/feed/points.json")
    assert status == 1, report
    assert "Undocumented status code" in report
