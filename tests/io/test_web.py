"""What is asked of a web server and its network, and what each answer means; no server is there."""

import http.client
import socket
import ssl
from email.message import Message

import pytest

from siting.errors import InputError, StorageError
from siting.io import web
from siting.io.fetching import CHUNK, Version

URL = "https://example.org/maps/a.tif"


class Answer:
    """An answer of a server, with the file or without."""

    def __init__(self, status: int = 200, content: bytes = b"cells", **headers: str) -> None:
        self.status, self.content, self.closed = status, content, False
        self.headers, self.sizes = Message(), []
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = value

    def read(self, size: int) -> bytes:
        self.sizes.append(size)
        part, self.content = self.content[:size], self.content[size:]
        return part

    def close(self) -> None:
        self.closed = True


class Connection:
    """A connection that gives one answer and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked, self.closed = answer, [], False

    def request(self, *asked: object, headers: dict[str, str]) -> None:
        self.asked += [*asked, headers]

    def getresponse(self) -> Answer:
        return self.answer

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def network(monkeypatch):
    """Installer of answers, one for each connection; the connections are what it returns."""

    def install(*answers: Answer) -> tuple[list[Connection], list[tuple[str, str, str]]]:
        made = [Connection(each) for each in answers]
        left, places = iter(made), []

        def connect(*place: str) -> Connection:
            places.append(place)
            return next(left)

        monkeypatch.setattr(web, "_connection", connect)
        return made, places

    return install


def whole(**headers: str) -> Answer:
    return Answer(Content_Length="5", **headers)


def moved(to: str, status: int = 302) -> Answer:
    return Answer(status, b"", Location=to)


def test_a_file_is_asked_for_once_and_as_it_is(network) -> None:
    (one,), places = network(whole(ETag='"1"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT"))
    found = web.WebFile(URL, "a.tif")
    told = Version('"1"', "Mon, 01 Jan 2024 00:00:00 GMT", 5)
    assert found.versions == {"a.tif": told}
    assert places == [("https", "example.org", URL)]
    headers = {"User-Agent": "siting", "Accept-Encoding": "identity", "Connection": "close"}
    assert one.asked == ["GET", "/maps/a.tif", headers]
    assert (one.closed, one.answer.closed) == (False, False)
    assert list(found.chunks("a.tif")) == [b"cells"]
    assert one.answer.sizes == [CHUNK, CHUNK]
    found.close()
    assert (one.closed, one.answer.closed) == (True, True)


def test_a_bare_host_is_asked_for_its_root(network) -> None:
    (one,), _ = network(whole())
    web.WebFile("https://example.org", "a.tif")
    assert one.asked[1] == "/"


def test_the_query_of_a_redirect_is_passed_on(network) -> None:
    (first, second), places = network(moved("b.tif?part=1"), whole())
    web.WebFile(URL, "a.tif")
    assert second.asked[:2] == ["GET", "/maps/b.tif?part=1"]
    assert [each[:2] for each in places] == [("https", "example.org")] * 2
    assert (first.closed, first.answer.closed, second.closed) == (True, True, False)


def test_a_host_has_one_name_however_it_is_written(network) -> None:
    network(moved("https://EXAMPLE.org/b.tif"), whole())
    assert web.WebFile(URL, "a.tif").versions == {"a.tif": Version("", "", 5)}


@pytest.mark.parametrize("count", [1, 5])
def test_five_redirects_are_followed(network, count) -> None:
    made, _ = network(*(moved(f"/{k}.tif") for k in range(count)), whole())
    web.WebFile(URL, "a.tif")
    assert made[-1].asked[1] == f"/{count - 1}.tif"


def test_six_redirects_are_too_many(network) -> None:
    made, _ = network(*(moved(f"/{k}.tif") for k in range(6)), whole())
    with pytest.raises(StorageError, match="REMOTE_FAILED(.|\n)*more than 5 redirects"):
        web.WebFile(URL, "a.tif")
    assert (made[5].asked[1], made[6].asked) == ("/4.tif", [])


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("http://example.org/a.tif", "http://example.org"),
        ("https://example.org:8443/a.tif", "https://example.org:8443"),
        ("https://ada:pw@example.org/a.tif", "https://example.org"),
        ("//other.org/a.tif", "https://other.org"),
    ],
)
def test_another_port_scheme_user_or_host_is_elsewhere(network, to, told) -> None:
    made, _ = network(moved(to), whole())
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED: the server sends on") as caught:
        web.WebFile(URL, "a.tif")
    assert (caught.value.where, caught.value.wanted) == (URL, URL)
    assert caught.value.found == f"a redirect to {told}"
    assert made[1].asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_these_answers_are_redirects(network, status) -> None:
    network(moved("/b.tif", status), whole())
    assert web.WebFile(URL, "a.tif").versions["a.tif"].size == 5


@pytest.mark.parametrize(
    ("status", "code"),
    [(300, "FAILED"), (304, "FAILED"), (401, "FORBIDDEN"), (403, "FORBIDDEN"), (404, "MISSING"),
     (410, "MISSING"), (402, "FAILED"), (405, "FAILED"), (500, "FAILED"), (201, "FAILED")],
)  # fmt: skip
def test_an_answer_without_the_file_has_its_code_and_says_its_status(network, status, code) -> None:
    (one,), _ = network(Answer(status, b"", Location="/b.tif"))
    with pytest.raises((InputError, StorageError), match=f"_{code}: ") as caught:
        web.WebFile(URL, "a.tif")
    assert (caught.value.where, caught.value.found) == (URL, f"HTTP status {status}")
    assert (one.closed, one.answer.closed) == (True, True)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content_Length": "-5"}, {"Content_Length": "5x"},
     {"Content_Length": "5", "Content_Encoding": "gzip"}],
)  # fmt: skip
def test_a_length_that_shows_nothing_is_refused_and_the_connection_closed(network, headers) -> None:
    (one,), _ = network(Answer(**headers))
    with pytest.raises(StorageError, match="does not say how long the file is, or packs it"):
        web.WebFile(URL, "a.tif")
    assert (one.closed, one.answer.closed) == (True, True)


@pytest.mark.parametrize("coding", ["", "identity"])
def test_a_file_that_is_not_packed_is_taken(network, coding) -> None:
    network(whole(Content_Encoding=coding))
    assert web.WebFile(URL, "a.tif").versions["a.tif"].size == 5


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutError("timed out"), "no answer within 30 s"),
        (http.client.IncompleteRead(b"ce", 3), "the connection ended before the file did"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
        (http.client.BadStatusLine("HELO"), "HELO"),
        (http.client.HTTPException(), "HTTPException"),
    ],
)
def test_what_breaks_on_the_way_is_told_in_words(network, error, told) -> None:
    (one,), _ = network(whole())

    def fail(_: int) -> bytes:
        raise error

    one.answer.read = fail
    found = web.WebFile(URL, "a.tif")
    with pytest.raises(StorageError, match="REMOTE_FAILED") as caught:
        list(found.chunks("a.tif"))
    assert (caught.value.where, caught.value.found) == (URL, told)
    assert caught.value.__cause__ is error


class Socket:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def hosts(monkeypatch):
    """Addresses that a name has, those of them that refuse, and what is asked of both."""

    class Hosts:
        addresses: tuple[str, ...] = ("9.9.9.9",)
        refusing: tuple[str, ...] = ()

        def __init__(self) -> None:
            self.looked, self.tried = [], []

        def look(self, *asked: object, **more: object) -> list:
            self.looked.append((*asked, more))
            return [(socket.AF_INET, 1, 6, "", (each, 443)) for each in self.addresses]

        def connect(self, *asked: object) -> Socket:
            self.tried.append(asked)
            if asked[0][0] in self.refusing:
                raise ConnectionRefusedError(111, f"{asked[0][0]} refused")
            return Socket()

    made = Hosts()
    monkeypatch.delenv("SITING_REMOTE_HOSTS", raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", made.look)
    monkeypatch.setattr(socket, "create_connection", made.connect)
    return made


def reached() -> Socket:
    return web._reached("data.lab", 8443, "Data.lab:8443", URL)


def test_the_address_that_was_looked_at_is_the_one_used(hosts) -> None:
    assert not reached().closed
    assert hosts.looked == [("data.lab", 8443, {"type": socket.SOCK_STREAM})]
    assert hosts.tried == [(("9.9.9.9", 8443), 30.0)]


def test_the_next_address_is_tried_and_the_last_refusal_told(hosts) -> None:
    hosts.addresses, hosts.refusing = ("9.9.9.9", "1.1.1.1"), ("9.9.9.9",)
    reached()
    assert [each[0][0] for each in hosts.tried] == ["9.9.9.9", "1.1.1.1"]
    hosts.refusing = hosts.addresses
    with pytest.raises(ConnectionRefusedError, match="1.1.1.1 refused"):
        reached()


def test_a_name_without_an_address_is_told(hosts) -> None:
    hosts.addresses = ()
    with pytest.raises(OSError, match="^data.lab has no address$"):
        reached()


def test_a_private_address_is_told_with_what_allows_it(hosts, monkeypatch) -> None:
    hosts.addresses = ("9.9.9.9", "10.0.0.1", "10.0.0.2")
    with pytest.raises(InputError, match="REMOTE_NOT_ALLOWED: the host lies") as caught:
        reached()
    assert caught.value.where == URL
    assert caught.value.found == "data.lab is 10.0.0.1"
    assert caught.value.wanted == "an address of the public internet"
    assert caught.value.fix == "for a host of your own: SITING_REMOTE_HOSTS=data.lab:8443"
    assert hosts.tried == []
    monkeypatch.setenv("SITING_REMOTE_HOSTS", "other DATA.lab:8443")
    reached()
    assert hosts.tried == [(("9.9.9.9", 8443), 30.0)]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("9.9.9.9", True), ("2620:fe::fe", True), ("::ffff:9.9.9.9", True),
        ("0.0.0.0", False), ("10.1.2.3", False), ("100.64.0.1", False), ("127.8.8.8", False),
        ("169.254.169.254", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("224.0.0.1", False), ("255.255.255.255", False), ("::", False), ("::1", False),
        ("fe80::1%eth0", False), ("fc00::1", False), ("ff02::1", False), ("ff0e::1", False),
        ("::ffff:169.254.169.254", False),
        # Carried by 6to4 and by NAT64: RFC 3056 and RFC 6052.
        ("2002:a9fe:a9fe::1", False), ("2002:909:909::1", True),
        ("64:ff9b::a9fe:a9fe", False), ("64:ff9b::a00:1", False), ("64:ff9b::909:909", True),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address, public) -> None:
    # IANA's registries of special addresses: RFC 6890, RFC 5771 and RFC 4291.
    assert web._is_public(address) is public


def test_a_plain_connection_has_the_socket_that_was_looked_at(hosts) -> None:
    made = web._connection("http", "example.org:8080", URL)
    assert type(made) is http.client.HTTPConnection
    assert isinstance(made.sock, Socket)
    assert hosts.tried == [(("9.9.9.9", 8080), 30.0)]


def test_a_safe_connection_is_checked_for_the_name_of_the_host(hosts, monkeypatch) -> None:
    wrapped = []

    def wrap(self: ssl.SSLContext, plain: Socket, **more: object) -> Socket:
        wrapped.append((self.check_hostname, self.verify_mode, plain, more))
        if len(wrapped) > 1:
            raise ssl.SSLCertVerificationError("certificate verify failed")
        return plain

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap)
    made = web._connection("https", "example.org", URL)
    assert type(made) is http.client.HTTPSConnection
    assert hosts.tried == [(("9.9.9.9", 443), 30.0)]
    name = {"server_hostname": "example.org"}
    assert wrapped == [(True, ssl.CERT_REQUIRED, made.sock, name)]
    assert not made.sock.closed
    with pytest.raises(ssl.SSLCertVerificationError, match="verify failed"):
        web._connection("https", "example.org", URL)
    assert wrapped[1][2].closed
