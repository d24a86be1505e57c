"""Files of web servers: one request, no redirect to elsewhere, no host of a private network.

Nothing here is used unless ``--allow-remote`` is given.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urljoin, urlsplit

from siting.errors import InputError, StorageError
from siting.io.fetching import CHUNK, Version, failed, forbidden, hosts_of_user, missing

TIMEOUT = 30.0  # [s] without a single byte
_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_HEADERS = {"User-Agent": "siting", "Accept-Encoding": "identity", "Connection": "close"}


class WebFile:
    """One file of a web server, asked for and not read yet.

    Parameters
    ----------
    url : str
        Its address, without a query.
    name : str
        Its name.

    Raises
    ------
    InputError
        FILE_MISSING; REMOTE_NOT_ALLOWED for a redirect to another host and for a host of a
        private network.
    StorageError
        REMOTE_FORBIDDEN, REMOTE_FAILED.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        with _told(url):
            self._answer, self._open = _asked(url)
            try:
                self.versions = {name: _version(self._answer, url)}
            except StorageError:
                self.close()
                raise

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of the file, some at a time."""
        with _told(self._url):
            while chunk := self._answer.read(CHUNK):
                yield chunk

    def close(self) -> None:
        """Leave the rest unread."""
        self._open.close()


def _asked(url: str) -> tuple[http.client.HTTPResponse, ExitStack]:
    """The answer with the file, redirects within the host followed; and what closes it."""
    first = urlsplit(url)
    target = url
    for _ in range(_REDIRECTS + 1):
        parts = urlsplit(target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with ExitStack() as open_so_far:
            connection = _connection(parts.scheme, parts.netloc, url)
            open_so_far.callback(connection.close)
            connection.request("GET", path, headers=_HEADERS)
            answer = connection.getresponse()
            open_so_far.callback(answer.close)  # the connection may have left it the socket
            if answer.status == http.client.OK:
                return answer, open_so_far.pop_all()
        _refuse_status(answer.status, url)
        target = urljoin(target, answer.headers.get("Location", ""))
        to = urlsplit(target)
        if (to.scheme, to.netloc.lower()) != (first.scheme, first.netloc.lower()):
            raise InputError(
                "REMOTE_NOT_ALLOWED", "the server sends on to another host", where=url,
                found=f"a redirect to {to.scheme}://{to.netloc.rpartition('@')[2]}", wanted=url,
                fix="name the address where the file itself lies, or bring it to this machine",
            )  # fmt: skip
    raise failed(url, f"more than {_REDIRECTS} redirects")


def _refuse_status(status: int, url: str) -> None:
    """Nothing for a redirect; else an error for an answer without the file."""
    if status in _MOVED:
        return
    if status in {401, 403}:
        raise forbidden(url, f"HTTP status {status}")
    if status in {404, 410}:
        raise missing(url, f"HTTP status {status}")
    raise failed(url, f"HTTP status {status}")


def _version(answer: http.client.HTTPResponse, url: str) -> Version:
    """What the server says of the file; how long it is shows whether all of it came."""
    length, coding = answer.headers.get("Content-Length", ""), answer.headers["Content-Encoding"]
    if not length.isdecimal() or coding not in {None, "", "identity"}:
        raise failed(url, "the server does not say how long the file is, or packs it on the way")
    tag, modified = (answer.headers.get(each, "") for each in ("ETag", "Last-Modified"))
    return Version(tag, modified, int(length))


def _connection(scheme: str, netloc: str, url: str) -> http.client.HTTPConnection:
    """A connection to a host whose addresses were looked at first, and are the ones used."""
    if scheme == "http":
        connection = http.client.HTTPConnection(netloc)
        connection.sock = _reached(connection.host, connection.port, netloc, url)
        return connection
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(netloc, context=context)
    plain = _reached(connection.host, connection.port, netloc, url)
    try:
        connection.sock = context.wrap_socket(plain, server_hostname=connection.host)
    except BaseException:
        plain.close()
        raise
    return connection


def _reached(host: str, port: int, netloc: str, url: str) -> socket.socket:
    """A socket to the first address that answers.

    Raises
    ------
    InputError
        REMOTE_NOT_ALLOWED where one of the host's addresses is not of the public internet.
    """
    places = [each[4] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    private = [str(each[0]) for each in places if not _is_public(str(each[0]))]
    if private and netloc.lower() not in hosts_of_user():
        raise InputError(
            "REMOTE_NOT_ALLOWED", "the host lies in a private network", where=url,
            found=f"{host} is {private[0]}", wanted="an address of the public internet",
            fix=f"for a host of your own: SITING_REMOTE_HOSTS={netloc.lower()}",
        )  # fmt: skip
    error: OSError = OSError(f"{host} has no address")
    for place in places:
        try:
            return socket.create_connection((str(place[0]), port), TIMEOUT)
        except OSError as refused:
            error = refused
    raise error


def _is_public(address: str) -> bool:
    """Whether an address is of the public internet.

    Examples
    --------
    >>> [_is_public(each) for each in ("9.9.9.9", "127.0.0.1", "::ffff:10.0.0.1")]
    [True, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 6:
        found = _carried(found) or found
    return found.is_global and not found.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address that packets to another one end at, by RFC 4291, 3056 and 6052."""
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turn what goes wrong on the way into REMOTE_FAILED."""
    try:
        yield
    except (InputError, StorageError):
        raise
    except TimeoutError as error:
        raise failed(url, f"no answer within {TIMEOUT:g} s") from error
    except http.client.IncompleteRead as error:
        raise failed(url, "the connection ended before the file did") from error
    except (OSError, http.client.HTTPException) as error:
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise failed(url, str(words)) from error
