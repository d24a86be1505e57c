"""Files are brought from the network once, whole or not at all, and known by their content."""

import errno
import hashlib
import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from siting.errors import InputError, PipelineError, StorageError
from siting.io import buckets, fetching, web
from siting.sources import fetched
from siting.sources.addresses import address_of
from siting.sources.fetched import Copy

from ..loopback import Server

CONTENT = bytes(range(256)) * 100
DIGEST = hashlib.sha256(CONTENT).hexdigest()
# sha256sum of the two files, in the order of their names, hashed once more.
ZARR = {"zarr.json": b"{}", "c/0/0": b"cells"}
LIST = "".join(f"{hashlib.sha256(ZARR[name]).hexdigest()}  {name}\n" for name in sorted(ZARR))
ZARR_DIGEST = hashlib.sha256(LIST.encode()).hexdigest()


def bring(text: str, sha256: str | None = None) -> Copy:
    return fetched.brought(address_of(text, "sources.a.file"), sha256, "sources.a.file")


def in_store(tmp_path: Path) -> list[str]:
    """Files of the store, those aside that remember digests and what an address gave."""
    store = tmp_path / "store"
    every = (each.relative_to(store) for each in store.rglob("*") if each.is_file())
    return [str(each) for each in every if each.parts[0] != "seen" and "known" not in each.parts]


@pytest.fixture(params=["https", "s3"])
def url(server: Server, request: pytest.FixtureRequest) -> str:
    """Address of a file that the server has, of either kind."""
    server.files["survey/a.tif"] = CONTENT
    return server.url("survey/a.tif") if request.param == "https" else "s3://survey/a.tif"


def test_a_file_comes_whole_under_its_name(url, tmp_path) -> None:
    copy = bring(url)
    assert copy.path.name == "a.tif"
    assert copy.path.read_bytes() == CONTENT
    assert copy == Copy(copy.path, DIGEST)
    assert len(in_store(tmp_path)) == 1


def test_a_server_may_end_the_connection_with_its_answer(url, server) -> None:
    server.closes = True
    assert bring(url).sha256 == DIGEST
    assert bring(url).sha256 == DIGEST  # left unread
    server.status["survey/a.tif"] = 403
    with pytest.raises(StorageError, match="REMOTE_FORBIDDEN"):
        bring(url)


def test_a_file_that_stays_is_brought_once(url, monkeypatch) -> None:
    first = bring(url)
    monkeypatch.setattr(fetched, "_fetched", None)  # whoever wrote it again would fail
    assert bring(url) == first


def test_a_file_that_changes_is_brought_again(url, server) -> None:
    first = bring(url)
    server.files["survey/a.tif"] = b"other"
    second = bring(url)
    assert second.path.read_bytes() == b"other"
    assert first.path.read_bytes() == CONTENT


def test_a_server_that_tells_no_version_is_believed_nothing(server) -> None:
    server.tags = False
    server.files["a.tif"] = b"1111"
    bring(server.url("a.tif"))
    server.files["a.tif"] = b"2222"  # as long as before
    assert bring(server.url("a.tif")).path.read_bytes() == b"2222"


def test_a_named_content_that_is_here_needs_no_network(url, server) -> None:
    first = bring(url, DIGEST)
    asked = len(server.asked)
    assert bring(url, DIGEST) == first
    assert len(server.asked) == asked


def test_another_content_than_named_is_refused_and_not_kept(url, tmp_path) -> None:
    with pytest.raises(InputError, match="CHECKSUM_MISMATCH") as caught:
        bring(url, "0" * 64)
    assert DIGEST in caught.value.found
    assert in_store(tmp_path) == []


def test_without_a_network_the_copy_is_used_and_the_reason_told(url, server) -> None:
    first = bring(url)
    server.stop()
    second = bring(url)
    assert second[:2] == first[:2]
    assert second.reason


def test_without_a_network_and_a_copy_there_is_an_error(url, server) -> None:
    server.stop()
    with pytest.raises(StorageError, match="REMOTE_FAILED") as caught:
        bring(url)
    assert caught.value.exit_code == 4


def test_a_copy_that_was_damaged_is_brought_again(url) -> None:
    copy = bring(url)
    copy.path.write_bytes(CONTENT[:-1] + b"x")
    assert bring(url).path.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone_is_no_failure_of_the_network(server, status) -> None:
    server.files["a.tif"] = CONTENT
    bring(server.url("a.tif"))
    server.status["a.tif"] = status
    with pytest.raises(InputError, match="FILE_MISSING"):
        bring(server.url("a.tif"))


def test_an_object_that_is_not_there_is_missing(server) -> None:
    with pytest.raises(InputError, match="FILE_MISSING"):
        bring("s3://survey/none.tif")
    with pytest.raises(InputError, match="FILE_MISSING"):
        bring("s3://survey/none.zarr")


@pytest.mark.parametrize("status", [401, 403])
def test_a_file_that_is_not_given_is_forbidden(url, server, status) -> None:
    server.status["survey/a.tif"] = status
    with pytest.raises(StorageError, match="REMOTE_FORBIDDEN"):
        bring(url)


@pytest.mark.parametrize("status", [500, 503, 429, 206])
def test_any_other_answer_is_a_failure(server, status) -> None:
    server.files["a.tif"], server.status["a.tif"] = CONTENT, status
    with pytest.raises(StorageError, match=f"REMOTE_FAILED.*\n.*\n.*HTTP status {status}"):
        bring(server.url("a.tif"))


def test_a_file_that_breaks_off_is_not_kept(url, server, tmp_path) -> None:
    server.cut = 1
    with pytest.raises(StorageError, match="REMOTE_FAILED"):
        bring(url)
    assert in_store(tmp_path) == []


def test_a_file_of_unknown_length_is_refused(server) -> None:
    server.files["a.tif"], server.lengths = CONTENT, False
    with pytest.raises(StorageError, match="how long the file is"):
        bring(server.url("a.tif"))


def test_what_does_not_come_in_time_is_a_failure(server, monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("SITING_REMOTE_HOSTS", host)
        monkeypatch.setattr(web, "TIMEOUT", 0.05)
        with pytest.raises(StorageError, match=r"no answer within 0.05 s"):
            bring(f"http://{host}/a.tif")


def test_a_redirect_within_the_host_is_followed(server) -> None:
    server.files["b.tif"], server.moved["a.tif"] = CONTENT, "/b.tif"
    copy = bring(server.url("a.tif"))
    assert (copy.path.name, copy.sha256) == ("a.tif", DIGEST)


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/a.tif?key=pw", "https://example.org/a.tif", "file:///a.tif"]
)
def test_a_redirect_to_another_host_is_refused(server, target) -> None:
    server.moved["a.tif"] = target
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED: the server sends on") as caught:
        bring(server.url("a.tif"))
    assert "pw" not in str(caught.value)


def test_redirects_come_to_an_end(server) -> None:
    server.moved["a.tif"] = "/a.tif"
    with pytest.raises(StorageError, match="more than 5 redirects"):
        bring(server.url("a.tif"))


def test_a_private_host_is_not_asked(server, monkeypatch) -> None:
    port = server.host.partition(":")[2]
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED: the host lies") as caught:
        bring(f"https://localhost:{port}/a.tif")
    assert "localhost" in caught.value.found
    assert server.asked == []


def test_a_name_with_one_private_address_is_not_asked(server, monkeypatch) -> None:
    rows = [(socket.AF_INET, 1, 6, "", (each, 443)) for each in ("9.9.9.9", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(InputError, match="private network"):
        bring("https://example.org/a.tif")


def test_a_certificate_that_is_not_valid_is_a_failure(server, monkeypatch) -> None:
    # A server that answers in plain HTTP has none at all.
    with pytest.raises(StorageError, match="REMOTE_FAILED"):
        bring(server.url("a.tif").replace("http", "https"))


def test_a_zarr_folder_comes_with_all_its_objects(server) -> None:
    server.files |= {f"survey/r.zarr/{name}": content for name, content in ZARR.items()}
    server.files |= {"survey/r.zarr.txt": b"not of it", "survey/r.zarray": b"nor this"}
    copy = bring("s3://survey/r.zarr/")
    files = [each for each in copy.path.rglob("*") if each.is_file()]
    found = {each.relative_to(copy.path).as_posix(): each.read_bytes() for each in files}
    assert found == ZARR
    assert copy.sha256 == ZARR_DIGEST
    assert bring("s3://survey/r.zarr", ZARR_DIGEST) == copy


def test_a_folder_with_one_object_more_is_another(server) -> None:
    server.files |= {f"survey/r.zarr/{name}": content for name, content in ZARR.items()}
    first = bring("s3://survey/r.zarr")
    server.files["survey/r.zarr/c/0/1"] = b"more"
    assert bring("s3://survey/r.zarr").sha256 != first.sha256


class Given:
    """A source that says and gives what a test wants."""

    def __init__(self, size: int, chunks: list[bytes], name: str = "a.tif") -> None:
        self.versions = {name: fetching.Version("", "", size)}
        self._chunks = chunks

    def chunks(self, name: str):
        yield from self._chunks

    def close(self) -> None: ...


@pytest.mark.parametrize("name", ["../a.tif", "/a.tif", "c/../../a", "a\\b"])
def test_an_object_that_would_leave_its_folder_is_refused(server, monkeypatch, name) -> None:
    monkeypatch.setattr(fetched, "_opened", lambda _: Given(1, [b"x"], name))
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED: an object's name"):
        bring("s3://survey/r.zarr")


@pytest.mark.parametrize("chunks", [[b"12", b"345"], [b"123"], []])
def test_more_and_less_than_told_are_refused(server, monkeypatch, tmp_path, chunks) -> None:
    monkeypatch.setattr(fetched, "_opened", lambda _: Given(4, chunks))
    with pytest.raises(StorageError, match="REMOTE_FAILED"):
        bring("https://example.org/a.tif")
    assert in_store(tmp_path) == []


def test_what_is_too_large_is_refused_before_it_comes(server, monkeypatch) -> None:
    monkeypatch.setattr(fetched, "_opened", lambda _: Given(10**15, []))
    with pytest.raises(InputError, match="TOO_LARGE"):
        bring("https://example.org/a.tif")


def test_a_full_disk_is_told_before_anything_comes(server, monkeypatch) -> None:
    monkeypatch.setattr(fetched, "_opened", lambda _: Given(10**9, []))
    usage = SimpleNamespace(total=10**12, free=10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StorageError, match="DISK_SPACE_LOW"):
        bring("https://example.org/a.tif")


def test_a_disk_that_fills_up_leaves_nothing(url, monkeypatch, tmp_path) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("siting.store.faults.write", full)
    with pytest.raises(StorageError, match="DISK_FULL"):
        bring(url)
    assert in_store(tmp_path) == []


def test_too_many_objects_are_refused(server, monkeypatch) -> None:
    server.files |= {f"survey/r.zarr/{name}": content for name, content in ZARR.items()}
    monkeypatch.setattr(buckets, "MOST", 1)
    with pytest.raises(InputError, match="TOO_LARGE"):
        bring("s3://survey/r.zarr")


def test_requests_are_signed_by_the_environment_alone(server, monkeypatch) -> None:
    server.files["survey/a.tif"] = CONTENT
    bring("s3://survey/a.tif")
    assert all("authorization" not in each for each in server.headers)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE")
    bring("s3://survey/a.tif")
    assert "AKIDEXAMPLE" in server.headers[-1]["authorization"]
    assert "SECRETEXAMPLE" not in str(server.headers)


def test_a_container_needs_its_account(server) -> None:
    with pytest.raises(StorageError, match="AZURE_STORAGE_ACCOUNT_NAME"):
        bring("az://container/a.tif")


def test_an_endpoint_is_part_of_what_an_address_means(server, monkeypatch) -> None:
    server.files["survey/a.tif"] = CONTENT
    bring("s3://survey/a.tif")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StorageError, match="REMOTE_FAILED"):  # no copy of that one is known
        bring("s3://survey/a.tif")


def test_the_library_is_asked_for_by_name(server, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "obstore", None)
    with pytest.raises(PipelineError, match=r"REMOTE_MISSING(.|\n)*siting\[remote\]"):
        bring("s3://survey/a.tif")
