"""Which addresses a pipeline file may name, and what is shown of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.io.fetching import without_secrets
from siting.sources import addresses
from siting.sources.addresses import Address, address_of, is_safe


@pytest.fixture
def allowed(monkeypatch):
    monkeypatch.delenv("SITING_REMOTE_HOSTS", raising=False)
    addresses.allow(True)
    yield
    addresses.allow(False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://Example.org/maps/relief.tif", ("https", "example.org", "maps/relief.tif")),
        ("https://example.org:8443/a.tif", ("https", "example.org:8443", "a.tif")),
        ("s3://survey/2024/relief.zarr/", ("s3", "survey", "2024/relief.zarr")),
        ("gs://survey/a b.tif", ("gs", "survey", "a b.tif")),
        ("az://container/a.tif", ("az", "container", "a.tif")),
    ],
)
@pytest.mark.usefixtures("allowed")
def test_an_address_is_taken_apart(text, found) -> None:
    assert address_of(text, "sources.a.file") == Address(*found)


def test_nothing_is_allowed_without_the_option() -> None:
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED: the source lies") as caught:
        address_of("https://example.org/a.tif", "sources.a.file")
    assert "--allow-remote" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://example.org/a.tif", "can be changed on its way"),
        ("https://ada:pw@example.org/a.tif", "a user or a password"),
        ("https://ada@example.org/a.tif", "a user or a password"),
        ("https://example.org\\@127.0.0.1/a.tif", "a user or a password"),
        ("https://example.org/a.tif?X-Amz-Signature=pw", "has a query"),
        ("s3://survey/a.tif#pw", "has a query"),
        ("https://example.org/", "not one that"),
        ("https://example.org/../a.tif", "not one that"),
        ("https://example.org/maps%2F..%2Fa.tif", "not one that"),
        ("https://example.org/%2e%2e", "not one that"),
        ("https://example.org/a%00.tif", "not one that"),
        ("https://example.org/a.tif\nHost: b", "not one that"),
        ("https://[::1/a.tif", "not one that"),
        ("https:///a.tif", "not one that"),
        ("https://example.org/" + "a" * 300, "not one that"),
        ("ftp://example.org/a.tif", "not one that"),
        ("file:///etc/passwd", "not one that"),
        ("s3://b/a.tif", "not one that"),
        ("s3://survey//a.tif/../b", "not one that"),
        ("https://example.org/faults.shp", "several files"),
        ("https://example.org/relief.zarr", "several files"),
    ],
)
@pytest.mark.usefixtures("allowed")
def test_an_address_is_refused(text, reason) -> None:
    with pytest.raises(InputError, match=f"REMOTE_NOT_ALLOWED: .*{reason}") as caught:
        address_of(text, "sources.a.file")
    assert "pw" not in str(caught.value)


@pytest.mark.usefixtures("allowed")
def test_a_host_of_the_users_may_be_asked_plainly(monkeypatch) -> None:
    monkeypatch.setenv("SITING_REMOTE_HOSTS", "data.lab:8080 other")
    assert address_of("http://data.lab:8080/a.tif", "").host == "data.lab:8080"
    with pytest.raises(InputError, match="can be changed"):
        address_of("http://data.lab/a.tif", "")


def test_a_name_is_what_the_escapes_mean_on_the_web_alone() -> None:
    assert Address("https", "h", "a%20b.tif").name == "a b.tif"
    assert Address("s3", "h", "a%20b.tif").name == "a%20b.tif"


@given(st.text(alphabet="ab:/@?#&=. ", max_size=30))
def test_no_secret_stays_in_a_message(text) -> None:
    shown = without_secrets(f"cannot GET https://ada:SECRET@h.org/a.tif?sig=SECRET {text}")
    assert "SECRET" not in shown


@given(st.lists(st.sampled_from(["..", ".", "", "a", "c", "\\", "\0"]), min_size=1, max_size=4))
def test_a_safe_name_stays_below_its_folder(tmp_path_factory, parts) -> None:
    name = "/".join(parts)
    root = tmp_path_factory.getbasetemp()
    if is_safe(name):
        assert (root / name).resolve().is_relative_to(root.resolve())
        assert (root / name).resolve() != root.resolve()
