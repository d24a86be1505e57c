"""How buckets are asked, and what their answers mean; the store is one in memory."""

import sys
from datetime import timedelta

import pytest

from siting.errors import InputError, PipelineError, StorageError
from siting.io import buckets, fetching
from siting.io.fetching import Version, without_secrets

obstore = pytest.importorskip("obstore", reason="obstore is not installed: siting[remote]")

ADDRESS = "s3://survey/r.zarr"
ALL = (
    {each for names in buckets._CREDENTIALS.values() for each in names} | set(buckets._PLACES)
    | {"AWS_ALLOW_HTTP", "AZURE_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP"}
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch) -> None:
    for each in ALL:
        monkeypatch.delenv(each, raising=False)


@pytest.fixture
def store():
    from obstore.store import MemoryStore

    made = MemoryStore()
    for name in ("r.zarr/zarr.json", "r.zarr/c/0/0", "r.zarr.txt", "maps/a.tif"):
        obstore.put(made, name, name.encode() * 2)
    return made


def test_one_object_is_known_by_its_last_name(store) -> None:
    found = buckets.Objects("s3://survey/maps/a.tif", store, "maps/a.tif", folder=False)
    told = obstore.head(store, "maps/a.tif")
    version = Version(told["e_tag"], told["last_modified"].isoformat(), 20)
    assert found.versions == {"a.tif": version}
    assert b"".join(found.chunks("a.tif")) == b"maps/a.tif" * 2
    assert all(type(each) is bytes for each in found.chunks("a.tif"))
    found.close()


def test_objects_of_a_folder_are_known_by_what_follows_it(store) -> None:
    found = buckets.Objects(ADDRESS, store, "r.zarr", folder=True)
    assert {name: each.size for name, each in found.versions.items()} == {
        "zarr.json": 2 * len("r.zarr/zarr.json"), "c/0/0": 2 * len("r.zarr/c/0/0"),
    }  # fmt: skip
    assert b"".join(found.chunks("c/0/0")) == b"r.zarr/c/0/0" * 2


def test_a_folder_without_objects_is_missing(store) -> None:
    with pytest.raises(InputError, match="FILE_MISSING") as caught:
        buckets.Objects("s3://survey/r", store, "r", folder=True)
    assert caught.value.where == "s3://survey/r"
    assert caught.value.found == "no object has a name that begins so"


def test_an_object_that_is_not_there_is_missing(store) -> None:
    with pytest.raises(InputError, match="FILE_MISSING") as caught:
        buckets.Objects("s3://survey/b.tif", store, "b.tif", folder=False)
    assert caught.value.found == "the bucket has no such object"


@pytest.mark.parametrize("most", [2, 1])
def test_as_many_objects_as_are_allowed_are_taken(store, monkeypatch, most) -> None:
    assert buckets.MOST == 200_000
    monkeypatch.setattr(buckets, "MOST", most)
    if most == 2:
        assert len(buckets.Objects(ADDRESS, store, "r.zarr", folder=True).versions) == 2
        return
    with pytest.raises(InputError, match="TOO_LARGE") as caught:
        buckets.Objects(ADDRESS, store, "r.zarr", folder=True)
    assert (caught.value.where, caught.value.found) == (ADDRESS, "more than 1")


class Got:
    def stream(self, size: int):
        assert size == 4 * 1024**2
        return [b"cells"]


@pytest.mark.parametrize(
    ("tag", "options"), [('"1"', {"if_match": '"1"'}), ('W/"1"', {}), (None, {}), ("", {})]
)
def test_the_version_that_was_listed_is_the_one_that_comes(monkeypatch, tag, options) -> None:
    from datetime import UTC, datetime

    row = {"e_tag": tag, "last_modified": datetime(2024, 1, 1, tzinfo=UTC), "size": 5}
    asked = []
    monkeypatch.setattr(obstore, "head", lambda *_: row)
    monkeypatch.setattr(
        obstore, "get", lambda store, path, *, options: asked.append((path, options)) or Got()
    )
    found = buckets.Objects(ADDRESS, None, "maps/a.tif", folder=False)
    assert found.versions == {"a.tif": Version(tag or "", "2024-01-01T00:00:00+00:00", 5)}
    assert list(found.chunks("a.tif")) == [b"cells"]
    assert asked == [("maps/a.tif", options)]


def test_versions_tell_by_a_tag_or_a_date_and_not_by_a_size() -> None:
    every = Version("", "", 5), Version('"1"', "", 5), Version("", "Mon", 5)
    assert [each.tells for each in every] == [False, True, True]


@pytest.fixture
def made(monkeypatch) -> list:
    """Buckets that are made: the class, the name, the options."""
    from obstore import store

    found: list = []
    for each in ("S3Store", "GCSStore", "AzureStore"):
        monkeypatch.setattr(
            store, each, lambda name, each=each, **more: found.append((each, name, more))
        )
    return found


PLAIN = {
    "client_options": {
        "connect_timeout": timedelta(seconds=10),
        "read_timeout": timedelta(seconds=30),
        "timeout": timedelta(days=7),
    },
    "retry_config": {"max_retries": 3, "retry_timeout": timedelta(minutes=1)},
}


@pytest.mark.parametrize(
    ("scheme", "kind"), [("s3", "S3Store"), ("gs", "GCSStore"), ("az", "AzureStore")]
)
def test_a_public_bucket_is_asked_without_a_signature(made, monkeypatch, scheme, kind) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "survey")
    buckets.bucket(scheme, "maps", ADDRESS)
    assert made == [(kind, "maps", PLAIN | {"skip_signature": True})]


@pytest.mark.parametrize(
    ("scheme", "variable"),
    [
        # Names by the providers' documents; each is enough for the client to sign.
        ("s3", "AWS_ACCESS_KEY_ID"), ("s3", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ("s3", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        ("s3", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        ("gs", "GOOGLE_SERVICE_ACCOUNT"), ("gs", "GOOGLE_SERVICE_ACCOUNT_PATH"),
        ("gs", "GOOGLE_SERVICE_ACCOUNT_KEY"), ("gs", "GOOGLE_APPLICATION_CREDENTIALS"),
        ("az", "AZURE_STORAGE_ACCOUNT_KEY"), ("az", "AZURE_STORAGE_ACCESS_KEY"),
        ("az", "AZURE_STORAGE_SAS_TOKEN"), ("az", "AZURE_STORAGE_SAS_KEY"),
        ("az", "AZURE_STORAGE_TOKEN"), ("az", "AZURE_STORAGE_CLIENT_SECRET"),
        ("az", "AZURE_CLIENT_SECRET"), ("az", "AZURE_FEDERATED_TOKEN_FILE"),
    ],
)  # fmt: skip
def test_credentials_of_its_own_kind_sign_a_request(made, monkeypatch, scheme, variable) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", "https://example.org")
    monkeypatch.setenv(variable, "x")
    for each in ("s3", "gs", "az"):
        buckets.bucket(each, "maps", ADDRESS)
    signed = ["skip_signature" not in more for _, _, more in made]
    assert signed == [each == scheme for each in ("s3", "gs", "az")]


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [("AWS_ALLOW_HTTP", "true", True), ("AZURE_ALLOW_HTTP", "true", True),
     ("AWS_ALLOW_HTTP", "1", False), ("GOOGLE_ALLOW_HTTP", "true", False)],
)  # fmt: skip
def test_plain_http_is_for_the_user_to_allow(made, monkeypatch, variable, value, allowed) -> None:
    monkeypatch.setenv(variable, value)
    buckets.bucket("s3", "maps", ADDRESS)
    assert made[0][2]["client_options"].get("allow_http", False) is allowed


def test_a_container_needs_to_know_whose_it_is(made) -> None:
    with pytest.raises(StorageError, match="REMOTE_FAILED") as caught:
        buckets.bucket("az", "maps", "az://maps/a.tif")
    assert caught.value.where == "az://maps/a.tif"
    told = "AZURE_STORAGE_ACCOUNT_NAME does not say whose container it is"
    assert (caught.value.found, made) == (told, [])


def test_a_client_that_is_not_installed_is_told_with_the_address(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(PipelineError, match="REMOTE_MISSING") as caught:
        buckets.bucket("s3", "maps", ADDRESS)
    assert (caught.value.where, caught.value.found) == ("--allow-remote", ADDRESS)


@pytest.mark.parametrize(
    "variable",
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "GOOGLE_BASE_URL",
     "AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ENDPOINT"],
)  # fmt: skip
def test_what_beside_the_address_names_a_bucket(monkeypatch, variable) -> None:
    assert buckets.place() == {}
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "pw")
    monkeypatch.setenv(variable, "x")
    assert buckets.place() == {variable: "x"}


def told(error: Exception) -> InputError | StorageError:
    wanted = pytest.raises((InputError, StorageError), match="REMOTE_|FILE_")
    with wanted as caught, buckets._told(ADDRESS):
        raise error
    assert caught.value.where == ADDRESS
    return caught.value


@pytest.mark.parametrize("kind", ["PermissionDeniedError", "UnauthenticatedError"])
def test_what_is_not_given_is_forbidden_without_a_word_of_why(kind) -> None:
    error = told(getattr(obstore.exceptions, kind)("key pw of ada"))
    assert (error.code, error.found) == ("REMOTE_FORBIDDEN", kind)
    assert error.__suppress_context__


def test_an_object_that_changes_meanwhile_is_a_failure() -> None:
    error = told(obstore.exceptions.PreconditionError("412"))
    assert (error.code, error.found) == (
        "REMOTE_FAILED", "the object was changed while it was brought",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Generic S3 error: refused in 1.53s, after 3 retries, max_retries: 3, "
         "retry_timeout: 60s  - connection refused\nDebug: pw",
         "Generic S3 error: refused- connection refused"),
        ("GET https://ada:pw@h.org/a?sig=pw failed", "GET https://...@h.org/a?... failed"),
        ("  \n", "ValueError"),
        ("x" * 400, "x" * 300),
    ],
)  # fmt: skip
def test_the_first_line_is_told_without_secrets_and_tries(text, found) -> None:
    error = told(ValueError(text))
    assert (error.code, error.found) == ("REMOTE_FAILED", found)


def test_errors_that_have_a_code_are_left_as_they_are() -> None:
    error = fetching.missing("s3://other", "x")
    with pytest.raises(InputError, match="s3://other") as caught, buckets._told(ADDRESS):
        raise error
    assert caught.value is error


def test_hosts_of_the_user_are_words_in_small_letters(monkeypatch) -> None:
    monkeypatch.delenv("SITING_REMOTE_HOSTS", raising=False)
    assert fetching.hosts_of_user() == frozenset()
    monkeypatch.setenv("SITING_REMOTE_HOSTS", " Data.lab:80\tother ")
    assert fetching.hosts_of_user() == {"data.lab:80", "other"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://a/b#key rest", "s3://a/b#... rest"),
        ("(https://h.org/a?k=pw) and http://u@h", "(https://h.org/a?...) and http://...@h"),
        ("is it so? a@b.org # yes", "is it so? a@b.org # yes"),
        ("https://h.org/a@b", "https://h.org/a@b"),
        ("'https://h.org/?a'?b \"az://c#d\"", "'https://h.org/?...'?b \"az://c#...\""),
    ],
)
def test_what_of_an_address_is_shown(text, shown) -> None:
    assert without_secrets(text) == shown


def test_errors_of_the_network_say_what_to_do() -> None:
    forbidden, failed = fetching.forbidden("u", "f"), fetching.failed("u", "f")
    assert (forbidden.where, forbidden.found, failed.where, failed.found) == ("u", "f", "u", "f")
    assert "such as AWS_ACCESS_KEY_ID" in forbidden.fix
    assert fetching.missing("u", "f").fix == "check the address"
