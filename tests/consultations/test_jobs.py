"""Jobs: each run by one worker; restarted after a crash, given up after repeated crashes."""

import pytest
from django.db import connection

from consultations import jobs
from consultations.db.locks import try_lock
from consultations.models import Job, JobKind, JobState
from ncm_portal.workflow import Blocked
from tests import factories
from tests.threads import at_once


def ask(state=JobState.WAITING, kind=JobKind.COMPARE, **fields):
    born = JobState.PREPARED if state == JobState.PREPARED else JobState.WAITING
    job = Job.objects.create(kind=kind, by=factories.make_secretariat(), state=born, **fields)
    return job if state == born else factories.walk(job, state)


@pytest.fixture
def runner(monkeypatch):
    """Let a test define the work."""

    def set_runner(run):
        monkeypatch.setitem(jobs.RUNNERS, JobKind.COMPARE, run)

    return set_runner


def state_of(job):
    job.refresh_from_db()
    return job.state, job.done, job.total, job.result, job.error


@pytest.mark.django_db
def test_a_job_shows_its_progress_and_keeps_its_result(runner):
    shown = []

    def run(job, progress):
        progress(3, 4)
        shown.append(state_of(Job.objects.get(pk=job.pk)))
        return {"found": 7}

    runner(run)
    job = ask()
    assert jobs.run_next() == job
    assert shown == [("running", 3, 4, {"beginnings": 1}, "")]
    assert state_of(job) == ("done", 3, 4, {"found": 7}, "")
    assert job.started_at <= job.beat_at <= job.ended_at
    assert jobs.run_next() is None


@pytest.mark.django_db
def test_oldest_confirmed_job_runs_first(runner):
    run = []
    runner(lambda job, progress: run.append(job.pk) or {})
    asked = [ask(), ask(JobState.PREPARED), ask()]
    while jobs.run_next():
        pass
    assert run == [asked[0].pk, asked[2].pk]


@pytest.mark.django_db
def test_interactive_jobs_run_before_comparisons(runner, monkeypatch):
    run = []
    for kind in JobKind:
        monkeypatch.setitem(jobs.RUNNERS, kind, lambda job, progress: run.append(job.pk) or {})
    comparison, upload = ask(), ask(kind=JobKind.IMPORT_INPUTS)
    while jobs.run_next():
        pass
    assert run == [upload.pk, comparison.pk]


@pytest.mark.django_db
def test_failed_job_is_reported_and_queue_continues(runner):
    def refuse(job, progress):
        raise Blocked("The sheet is gone.")

    def break_down(job, progress):
        raise ZeroDivisionError

    for run, words in [
        (refuse, "The sheet is gone."),
        (break_down, "Something went wrong. The error was recorded for the administrators."),
    ]:
        runner(run)
        job = ask()
        jobs.run_next()
        assert state_of(job) == ("failed", 0, 0, {"beginnings": 1}, words)


@pytest.mark.django_db
def test_stopped_worker_leaves_job_to_next_worker(runner):
    runner(lambda job, progress: progress(1, 2) or {"whole": True})
    job = ask()
    jobs.run_next(ending=lambda: True)
    assert state_of(job) == ("running", 1, 2, {"beginnings": 1}, "")
    jobs.run_next()
    assert state_of(job) == ("done", 1, 2, {"whole": True}, "")


@pytest.mark.django_db
def test_job_that_repeatedly_kills_worker_is_given_up(runner):
    runner(lambda job, progress: {})
    job = ask(JobState.RUNNING, result={"beginnings": 3})
    jobs.run_next()
    assert state_of(job) == ("failed", 0, 0, {"beginnings": 4}, "This task failed several times and was stopped.")


@pytest.mark.django_db(transaction=True)
def test_running_job_is_resumed_only_after_its_worker_ended(runner):
    runner(lambda job, progress: {"taken": "over"})
    job = ask(JobState.RUNNING, result={"beginnings": 1})

    def elsewhere():
        with try_lock(jobs.JOB_LOCK, job.pk):
            at_once(jobs.run_next)
            return state_of(job)[0]

    assert at_once(elsewhere) == ["running"]
    jobs.run_next()
    assert state_of(job) == ("done", 0, 0, {"taken": "over"}, "")


@pytest.mark.django_db(transaction=True)
def test_worker_that_loses_lock_stops_job(runner):
    def run(job, progress):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
                [jobs.JOB_LOCK],
            )
        return progress(1, 2) or {"whole": True}

    runner(run)
    job = ask()
    jobs.run_next()
    assert state_of(job)[0] == "running"
