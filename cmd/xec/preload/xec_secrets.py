"""The secrets of the run that has started this script: xec run FILE.

    import xec_secrets
    password = xec_secrets.get("DATABASE_PASSWORD")
"""

import base64
import json
import os
import socket
import threading

__all__ = ["SecretError", "get", "get_bytes", "has", "list"]

_local = threading.local()  # a connection for each thread


class SecretError(Exception):
    """Why a secret was not given. code is that of the protocol, "not-found" for one that
    is missing."""

    def __init__(self, message, code="general", key=None, hint=None):
        super().__init__(f"{message}; {hint}" if hint else message)
        self.code, self.key, self.hint = code, key, hint


def _connect():
    path = os.environ.get("XEC_SECRETS_SOCKET")
    if not path:
        raise SecretError("XEC_SECRETS_SOCKET is not set", hint="xec run FILE starts a script with secrets")
    _local.pid = None
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    _local.stream, _local.pid = connection.makefile("rwb"), os.getpid()
    return _local.stream


def _exchange(stream, request):
    stream.write(json.dumps(request).encode() + b"\n")
    stream.flush()
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise ConnectionError
    return json.loads(line)


def _ask(request, key=None):
    try:
        if getattr(_local, "pid", None) == os.getpid():  # and no other after a fork
            try:
                answer = _exchange(_local.stream, request)
            except OSError:  # it was closed for having been quiet
                answer = _exchange(_connect(), request)
        else:
            answer = _exchange(_connect(), request)
    except OSError:
        raise SecretError("the run that gives secrets has ended", key=key) from None
    if "error" in answer:
        error = answer["error"]
        raise SecretError(error["message"], error["kind"], key, error.get("hint"))
    return answer


def get_bytes(key):
    """The value of a secret, as it is."""
    values = _ask({"op": "get", "keys": [key]}, key).get("values", {})
    if key not in values:
        raise SecretError(f'secret "{key}" not found', "not-found", key)
    return base64.b64decode(values[key])


def get(key):
    """The value of a secret, as text."""
    try:
        return get_bytes(key).decode()
    except UnicodeDecodeError:
        raise SecretError(f'secret "{key}" is not UTF-8 text', "invalid", key, "get_bytes gives its bytes") from None


def has(key):
    """Whether a secret exists."""
    return _ask({"op": "has", "key": key}, key).get("found", False)


def list():
    """The keys of all secrets, in order."""
    return _ask({"op": "list"}).get("keys", [])
