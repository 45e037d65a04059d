"""A server on loopback whose certificate nobody trusts. The key is a test's own, and secret to nobody."""

from __future__ import annotations

import ssl
import tempfile
from functools import cache
from pathlib import Path

_PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBiUULdxr9OcITX/o
EEkt6wNEcUc+IO1zC9vXfgqWAA+hRANCAASr1vIb3BiBxXqLoDTs7UaRr85jzp1z
qnB67D8iPenPt/Trq6WylfF7pzBOvv2vmBZskQFQQVqqoyvV0QD+5lhZ
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUM4DJ0iPWbwIxIwiGmqI+I4qcgtowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzMzAyMFoYDzIxMjYxMDI4
MDMzMDIwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASr1vIb3BiBxXqLoDTs7UaRr85jzp1zqnB67D8iPenPt/Trq6WylfF7
pzBOvv2vmBZskQFQQVqqoyvV0QD+5lhZo28wbTAdBgNVHQ4EFgQUNF+bBbFkiPIz
XnozM/DghnD4n2EwHwYDVR0jBBgwFoAUNF+bBbFkiPIzXnozM/DghnD4n2EwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgNzPi65TFfMyNtWzG46BtkgHKKzSuLdQrGeDZHeGm/WwCIF4z
uHo5yvFDWDW6zn9EAN8CLjKBm37ipLqKIs5TD5Jz
-----END CERTIFICATE-----
"""


@cache
def untrusted() -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that it signed itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "both.pem"
        pem.write_text(_PEM)
        context.load_cert_chain(pem)
    return context
