"""Runs whose sources lie on the network: with the option they run, without it nothing is asked."""

import hashlib
import json
import socket
from pathlib import Path

import pytest

from siting.sources import addresses

from .. import small_world
from ..commands import siting
from ..loopback import Server, serving
from ..security import roots

LOCAL = "heat: {file: heat.tif"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A server with the heat flow of the small world; the store is a new one."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    with serving() as held:
        monkeypatch.setenv("SITING_REMOTE_HOSTS", held.host)
        yield held
    addresses.allow(False)


def world(folder: Path, server: Server, more: str = "", **changed: str) -> Path:
    """The small world with its heat flow on the server alone."""
    url = server.url("maps/heat.tif")
    text = small_world.PIPELINE.replace(LOCAL, f'heat: {{file: "{url}"{more}')
    text = text.replace(text[text.index("outputs:") :], "outputs: [candidates.csv, score.tif]\n")
    path = small_world.make(folder, text)
    server.files["maps/heat.tif"] = (folder / "heat.tif").read_bytes()
    (folder / "heat.tif").unlink()
    return path


def codes(out: str) -> dict[str, dict[str, str]]:
    return {each["code"]: each for each in json.loads(out)["findings"]}


def test_a_run_brings_its_sources_and_its_results_are_those_of_a_local_file(
    server, tmp_path, capsys
) -> None:
    local = small_world.make(tmp_path / "local")
    text = local.read_text()
    local.write_text(text[: text.index("outputs:")] + "outputs: [candidates.csv, score.tif]\n")
    path = world(tmp_path / "world", server)
    told = {}
    for name, each in {"a": local, "b": path}.items():
        done = siting(capsys, "run", each, "--out", tmp_path / name, "--allow-remote", "--json")
        assert done.code == 0, done.err
        told[name] = codes(done.out)
    for name in ("candidates.csv", "score.tif"):
        files = [tmp_path / each / "latest" / name for each in "ab"]
        assert files[0].read_bytes() == files[1].read_bytes()
    assert server.asked == ["GET maps/heat.tif"]
    note = told["b"]["REMOTE_UNPINNED"]
    manifest = (tmp_path / "b" / "latest" / "manifest.json").read_text()
    assert note["severity"] == "note"
    assert f"sha256: {hashlib.sha256(server.files['maps/heat.tif']).hexdigest()}" == note["fix"]
    assert note["fix"].removeprefix("sha256: ") in manifest


@pytest.mark.parametrize("command", ["check", "estimate", "run", "explain"])
def test_without_the_option_a_source_of_the_network_is_refused(
    server, tmp_path, capsys, command
) -> None:
    done = siting(capsys, command, world(tmp_path / "world", server))
    assert done.code == 3
    assert "REMOTE_NOT_ALLOWED" in done.err
    assert server.asked == []


@pytest.mark.parametrize("command", ["check", "estimate"])
def test_checking_and_estimating_ask_nobody(server, tmp_path, capsys, command, monkeypatch) -> None:
    path = world(tmp_path / "world", server)
    monkeypatch.setattr(socket, "getaddrinfo", None)  # whoever looked up a host would fail
    done = siting(capsys, command, path, "--allow-remote", "--json")
    assert done.code == 0, done.err
    assert server.asked == []


def test_a_run_repeats_with_its_copy_and_differs_with_another_file(
    server, tmp_path, capsys
) -> None:
    path, out = world(tmp_path / "world", server), tmp_path / "out"
    first = siting(capsys, "run", path, "--out", out, "--json", "--allow-remote")
    small_world.write_raster(tmp_path / "new.tif", small_world.heat() + 1)
    server.files["maps/heat.tif"] = (tmp_path / "new.tif").read_bytes()
    other = siting(capsys, "run", path, "--out", out, "--json", "--allow-remote")
    assert json.loads(other.out)["run_id"] != json.loads(first.out)["run_id"]
    server.stop()
    second = siting(capsys, "run", path, "--out", out, "--json", "--allow-remote", "--strict")
    assert second.code == 0, second.err
    assert json.loads(second.out)["run_id"] == json.loads(other.out)["run_id"]
    assert "REMOTE_COPY" in codes(second.out)


def test_another_content_than_named_ends_the_run(server, tmp_path, capsys) -> None:
    path = world(tmp_path / "world", server, f", sha256: {'3b' * 32}")
    done = siting(capsys, "run", path, "--out", tmp_path / "out", "--allow-remote")
    assert done.code == 3
    assert "CHECKSUM_MISMATCH" in done.err
    assert not (tmp_path / "out" / "latest").exists()


def test_a_file_that_is_damaged_is_refused_at_the_one_door(server, tmp_path, capsys) -> None:
    path = world(tmp_path / "world", server)
    server.files["maps/heat.tif"] = b"<html>Please log in</html>"
    done = siting(capsys, "run", path, "--out", tmp_path / "out", "--allow-remote")
    assert done.code == 3, done.err


def test_a_model_is_never_brought(server, tmp_path, capsys) -> None:
    path = world(tmp_path / "world", server)
    path.write_text(
        path.read_text().replace("sources:", 'sources:\n  m: {model: "https://h.org/m.skops"}')
    )
    done = siting(capsys, "check", path, "--allow-remote")
    assert "REMOTE_NOT_ALLOWED: models" in done.err


def test_a_password_is_never_shown(server, tmp_path, capsys) -> None:
    path = world(tmp_path / "world", server)
    path.write_text(path.read_text().replace("http://", "http://ada:SECRET@"))
    for more in ([], ["--allow-remote"]):
        done = siting(capsys, "run", path, "--out", tmp_path / "out", *more)
        assert done.code == 3
        assert "SECRET" not in done.err + done.out


@pytest.mark.parametrize(
    "arguments", [["run"], ["check", "--allow-remote"], ["estimate", "--allow-remote"]]
)
def test_no_socket_is_opened_but_for_a_run_that_may(server, tmp_path, arguments) -> None:
    path = world(tmp_path / "world", server)
    hosts = {"SITING_REMOTE_HOSTS": server.host}
    child = [arguments[0], str(path), *arguments[1:]]
    done = roots.run(child, tmp_path / "home", tmp_path / "store", trace=False, **hosts)
    assert done.status == (3 if arguments == ["run"] else 0), done.stderr
    assert [each for each, _ in done.events if each.startswith("socket.")] == []


def test_a_run_that_may_is_seen_to_open_one(server, tmp_path) -> None:
    # The instrument is no use if it sees nothing.
    path = world(tmp_path / "world", server)
    child = ["run", str(path), "--allow-remote", "--out", str(tmp_path / "out")]
    hosts = {"SITING_REMOTE_HOSTS": server.host}
    done = roots.run(child, tmp_path / "home", tmp_path / "store", trace=False, **hosts)
    assert done.status == 0, done.stderr
    reached = [told for each, told in done.events if each == "socket.connect"]
    assert len(reached) == 1
    assert server.host.partition(":")[2] in reached[0]
