"""One HTTP exchange with the gateway, bounded in time and size, whatever the other side does.

`requests` bounds each wait for a byte, not the whole: an answer that drips would keep a worker
for hours. Here every wait for the answer gets what is left of `READ_SECONDS`, headers included.
"""

import http.client
import io
import socket
import time

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

from spa.wompi.errors import GatewayFailed, GatewayTimeout

CONNECT_SECONDS, READ_SECONDS = 3, 10
MOST_BYTES = 1024 * 1024


def exchange(
    method: str, url: str, headers: dict[str, str], **parameters: str
) -> tuple[int, bytes]:
    """Return status and body of one request on a connection of its own.

    No redirect is followed, no proxy or `.netrc` of the environment used, TLS always verified.

    :raises GatewayTimeout: not connected or not answered in time
    :raises GatewayFailed: the connection broke, or more came than we read
    """
    try:
        with _session() as session:
            response = session.request(
                method,
                url,
                params=parameters,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                return response.status_code, _body(response.raw)
    # Their texts name the address: what is told of it is ours (SEC-34).
    except (requests.Timeout, ReadTimeoutError, TimeoutError):
        raise GatewayTimeout from None
    except (requests.RequestException, HTTPError, OSError, http.client.HTTPException):
        raise GatewayFailed from None


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    # Compressed, a small answer could become a huge one; none of ours is worth compressing.
    session.headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    session.headers["Connection"] = "close"
    session.headers["User-Agent"] = "spa-frontdesk"
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(max_retries=0))
    return session


def _body(raw: io.IOBase) -> bytes:
    body = bytearray()
    while chunk := raw.read(64 * 1024, decode_content=False):
        body += chunk
        if len(body) > MOST_BYTES:
            raise GatewayFailed
    return bytes(body)


class _Hurried(io.RawIOBase):
    """A socket's stream that ends in a time-out when the time for all of it is over."""

    def __init__(self, stream: io.RawIOBase, sock: socket.socket) -> None:
        self._stream, self._socket = stream, sock
        self._deadline = time.monotonic() + READ_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end")
        self._socket.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: object, **kwargs: object) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Hurried(self.fp.detach(), sock))


class _PlainConnection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
