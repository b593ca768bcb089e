"""What goes wrong with curl, in the words of aiohttp: so it has the same causes, retries and blame with both."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable

import aiohttp
from aiohttp.client_reqrep import ConnectionKey
from curl_cffi import CurlECode, CurlError, CurlInfo
from yarl import URL

from crawler.fetch.socks import SocksError, SocksPasswordError

_NUMBER = re.compile(r"^\(\d+\) ?")
_NO_MORE = ("closed", "died")
REFUSES_US = frozenset({12, 32, 33})
"""Of a SOCKS5 proxy (CURLPX_): it takes no method of ours, or not our user and password."""
Info = Callable[[CurlInfo], int]
"""Asks curl for a number."""


def failure(error: CurlError, url: URL, info: Info) -> Exception:
    """Why there is no answer."""
    words = words_of(error)
    return _by_proxy(error, words, url, info) or _KINDS.get(error.code, _system)(words, url, info)


def _by_proxy(error: CurlError, words: str, url: URL, info: Info) -> Exception | None:
    status = info(CurlInfo.HTTP_CONNECTCODE)
    if status and not 200 <= status < 300:
        return aiohttp.ClientHttpProxyError(info_of(url), (), status=status, message="CONNECT was refused")
    if error.code == CurlECode.PROXY:
        return SocksPasswordError(words) if info(CurlInfo.PROXY_ERROR) in REFUSES_US else SocksError(words)
    return None


def broken_off(error: CurlError) -> Exception:
    """Why there is no whole body."""
    words = words_of(error)
    return TimeoutError(words) if error.code == CurlECode.OPERATION_TIMEDOUT else aiohttp.ClientPayloadError(words)


def unsound(url: URL, words: str) -> aiohttp.ClientResponseError:
    """Of an answer that is no sound HTTP."""
    return aiohttp.ClientResponseError(info_of(url), (), status=400, message=words)


def unknown_name(url: URL, error: OSError) -> aiohttp.ClientConnectorDNSError:
    """Of a host without an address."""
    return aiohttp.ClientConnectorDNSError(_key(url), error)


def words_of(error: CurlError) -> str:
    """What curl says, without what the package says about it."""
    said = str(error).partition("curl: ")[2].partition(" See https://curl.se")[0].rstrip(". ")
    return _NUMBER.sub("", said) or f"curl says {error.code}"


def info_of(url: URL) -> aiohttp.RequestInfo:
    """What aiohttp's errors say of a request."""
    from multidict import CIMultiDict, CIMultiDictProxy  # noqa: PLC0415 - for errors alone

    return aiohttp.RequestInfo(url, "", CIMultiDictProxy(CIMultiDict()), url)


def _key(url: URL) -> ConnectionKey:
    return ConnectionKey(url.host or "", url.port, True, True, None, None, None, None)


def _os_error(words: str, info: Info) -> OSError:
    return OSError(info(CurlInfo.OS_ERRNO) or None, words)


def _system(words: str, _: URL, info: Info) -> Exception:
    if any(word in words for word in _NO_MORE):
        return aiohttp.ServerDisconnectedError()
    return aiohttp.ClientOSError(info(CurlInfo.OS_ERRNO) or None, words)


def _timeout(words: str, _: URL, __: Info) -> Exception:
    return TimeoutError(words)


def _unknown(words: str, url: URL, _: Info) -> Exception:
    return unknown_name(url, OSError(None, words))


def _unconnected(words: str, url: URL, info: Info) -> Exception:
    return aiohttp.ClientConnectorError(_key(url), _os_error(words, info))


def _no_tls(words: str, url: URL, _: Info) -> Exception:
    return aiohttp.ClientConnectorSSLError(_key(url), ssl.SSLError(words))


def _untrusted(words: str, url: URL, _: Info) -> Exception:
    error = ssl.SSLCertVerificationError(1, f"CERTIFICATE_VERIFY_FAILED: {words}")
    error.verify_message = words.partition("certificate problem: ")[2] or words
    return aiohttp.ClientConnectorCertificateError(_key(url), error)


def _unsound(words: str, url: URL, _: Info) -> Exception:
    return unsound(url, words)


def _too_large(_: str, url: URL, __: Info) -> Exception:
    return unsound(url, "a header is too large")


def _closed(_: str, __: URL, ___: Info) -> Exception:
    return aiohttp.ServerDisconnectedError()


_KINDS: dict[int, Callable[[str, URL, Info], Exception]] = {
    CurlECode.COULDNT_RESOLVE_HOST: _unknown,
    CurlECode.COULDNT_RESOLVE_PROXY: _unknown,
    CurlECode.COULDNT_CONNECT: _unconnected,
    CurlECode.SSL_CONNECT_ERROR: _no_tls,
    CurlECode.PEER_FAILED_VERIFICATION: _untrusted,
    CurlECode.OPERATION_TIMEDOUT: _timeout,
    CurlECode.GOT_NOTHING: _closed,
    CurlECode.UNSUPPORTED_PROTOCOL: _unsound,  # an answer without a status line
    CurlECode.WEIRD_SERVER_REPLY: _unsound,
    CurlECode.TOO_LARGE: _too_large,
    CurlECode.HTTP2: _unsound,
    CurlECode.HTTP2_STREAM: _unsound,
}
