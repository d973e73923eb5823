import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[1] / "run"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The script as a module, on a folder of its own; installing only takes notes."""
    loader = SourceFileLoader("run_script", str(RUN))
    module = module_from_spec(spec_from_loader("run_script", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path)
    monkeypatch.setattr(module, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / "python"))
    for kind in ("run", "dev"):
        module.LOCKS[kind] = tmp_path / kind
        module.LOCKS[kind].write_text("one")
    module.installed = []
    monkeypatch.setattr(module, "sync", lambda lock: module.installed.append(lock.name))
    monkeypatch.setattr(
        module.subprocess, "run", lambda *_words, **_options: (tmp_path / "python").touch()
    )
    return module


def installs(run, kind: str) -> list[str]:
    run.installed.clear()
    run.install(kind)
    return list(run.installed)


def test_a_second_start_installs_nothing(run):
    assert installs(run, "run") == ["run"]
    assert installs(run, "run") == []


def test_a_start_after_the_tests_installs_nothing(run):
    assert installs(run, "run") == ["run"]
    assert installs(run, "dev") == ["dev"]
    assert installs(run, "run") == []
    assert installs(run, "dev") == []


def test_a_changed_lock_is_installed_and_the_larger_set_is_kept(run):
    installs(run, "dev")
    run.LOCKS["run"].write_text("two")
    run.LOCKS["dev"].write_text("two")

    assert installs(run, "run") == ["dev"]
    assert installs(run, "dev") == []


def test_a_changed_development_lock_is_no_matter_for_the_demo(run):
    installs(run, "dev")
    run.LOCKS["dev"].write_text("two")

    assert installs(run, "run") == []
    assert installs(run, "dev") == ["dev"]


def test_another_python_makes_everything_anew(run):
    installs(run, "run")
    run.STAMP.write_text(json.dumps(json.loads(run.STAMP.read_text()) | {"python": "3.10.0"}))

    assert installs(run, "run") == ["run"]


def test_an_interrupted_installation_is_repeated(run, monkeypatch):
    def interrupted(_lock: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "sync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.install("run")

    assert installs(run, "run") == ["run"]


def test_an_unknown_command_is_refused(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "argv", ["./run", "tset"])

    assert run.main() == 2
    assert "tset" in capsys.readouterr().err


def test_a_missing_browser_is_loud_and_a_failure_in_ci(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "has_browser", lambda: False)
    monkeypatch.setattr(run, "install_browser", lambda: False)

    monkeypatch.setattr(run, "IN_CI", False)
    assert run.browser_tests() == 0
    assert "DID NOT RUN" in capsys.readouterr().out

    monkeypatch.setattr(run, "IN_CI", True)
    assert run.browser_tests() == 1
