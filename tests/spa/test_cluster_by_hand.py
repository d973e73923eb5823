"""`python -m spa.postgres`: what each verb does to which cluster."""

from pathlib import Path

import pytest

from spa.postgres import __main__ as by_hand
from spa.postgres.cluster import Cluster


class Noted:
    """Stands for a cluster and notes what is asked of it."""

    def __init__(self):
        self.running, self.kind = False, None

    def alive(self):
        return self.running

    def start(self):
        self.running = True
        return self

    def stop(self):
        self.running = False

    def ensure_db(self, name):
        return f"postgresql:///{name}"

    def programs(self):
        return Path("/programs")


@pytest.fixture
def cluster(monkeypatch):
    noted = Noted()

    def for_project(_base, *, name="pg", options=None):
        noted.kind = name
        return noted

    monkeypatch.setattr(Cluster, "for_project", for_project)
    return noted


@pytest.fixture
def call(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["spa.postgres", *arguments])
        by_hand.main()
        return capsys.readouterr().out.strip()

    return run


def test_who_started_the_cluster_is_told_so_and_who_found_it_running_too(cluster, call):
    assert call("start") == "started"
    assert call("start") == "running"
    assert call("stop") == "stopped"
    assert not cluster.running


@pytest.mark.parametrize(("flags", "kind"), [([], "pg"), (["--test"], "pg-test")])
def test_the_cluster_of_the_tests_is_another_one(cluster, call, flags, kind):
    call(*flags, "start")

    assert cluster.kind == kind


def test_a_url_is_of_a_database_that_runs(cluster, call):
    assert call("url") == "postgresql:///spa"
    assert call("url", "other") == "postgresql:///other"
    assert cluster.running


def test_psql_takes_the_place_of_the_command(cluster, call, monkeypatch):
    became = []
    monkeypatch.setattr("os.execv", lambda *program: became.append(program))

    call("psql", "other")

    assert became == [(Path("/programs/psql"), ["/programs/psql", "postgresql:///other"])]


def test_an_unknown_verb_is_refused(cluster, call, capsys):
    with pytest.raises(SystemExit):
        call("dance")

    assert "invalid choice" in capsys.readouterr().err
