"""Secrets of every format, made up at random: none stands in the repository, where scanners would find it."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from random import Random

ALNUM = string.ascii_letters + string.digits
WORD = ALNUM + "_-"
HEX = "0123456789abcdef"

Maker = Callable[[Random], str]


def drawn(dice: Random, alphabet: str, length: int) -> str:
    """A string of this length."""
    return "".join(dice.choices(alphabet, k=length))


def _prefixed(prefix: str, alphabet: str, length: int) -> Maker:
    return lambda dice: prefix + drawn(dice, alphabet, length)


def _base64(dice: Random, size: int) -> str:
    return base64.b64encode(dice.randbytes(size)).decode()


def _jwt(dice: Random) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": drawn(dice, string.digits, 8), "admin": True}]
    made = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*made, drawn(dice, WORD, 43)])


def _discord(dice: Random) -> str:
    number = base64.urlsafe_b64encode(drawn(dice, "123456789", 18).encode()).decode()
    return f"{number}.{drawn(dice, WORD, 6)}.{drawn(dice, WORD, 27)}"


TOKENS: dict[str, Maker] = {
    "aws key id": _prefixed("AK" + "IA", string.ascii_uppercase + string.digits, 16),
    "github": _prefixed("gh" + "p_", ALNUM, 36),
    "github oauth": _prefixed("gh" + "o_", ALNUM, 36),
    "github server": _prefixed("gh" + "s_", ALNUM, 36),
    "github fine-grained": _prefixed("github" + "_pat_", ALNUM + "_", 82),
    "gitlab": _prefixed("gl" + "pat-", WORD, 20),
    "slack bot": lambda d: (
        f"xo{'xb'}-{drawn(d, string.digits, 11)}-{drawn(d, string.digits, 12)}-{drawn(d, ALNUM, 24)}"
    ),
    "stripe": _prefixed("sk" + "_live_", ALNUM, 24),
    "stripe restricted": _prefixed("rk" + "_live_", ALNUM, 24),
    "openai": _prefixed("s" + "k-", ALNUM, 48),
    "openai project": _prefixed("s" + "k-proj-", WORD, 120),
    "anthropic": _prefixed("s" + "k-ant-api03-", WORD, 95),
    "google": _prefixed("AI" + "za", WORD, 35),
    "npm": _prefixed("np" + "m_", ALNUM, 36),
    "pypi": _prefixed("py" + "pi-AgEIcHlwaS5vcmc", WORD, 120),
    "sendgrid": lambda d: f"S{'G'}.{drawn(d, WORD, 22)}.{drawn(d, WORD, 43)}",
    "twilio": _prefixed("S" + "K", HEX, 32),
    "telegram": lambda d: f"{drawn(d, '123456789', 10)}:A{'A'}{drawn(d, WORD, 33)}",
    "discord": _discord,
    "jwt": _jwt,
    "hugging face": _prefixed("h" + "f_", string.ascii_letters, 34),
    "digitalocean": _prefixed("do" + "p_v1_", HEX, 64),
    "shopify": _prefixed("sh" + "pat_", HEX, 32),
}
"""Tokens that are known by themselves."""

LINES: dict[str, tuple[Maker, str]] = {
    "password": (_prefixed("", ALNUM + "!?#%+", 14), 'password = "{}"'),
    "password with a word": (lambda d: f"hunter{d.randint(10, 99)}", 'DB_PASSWORD = "{}"'),
    "annotated": (_prefixed("", ALNUM, 16), "db_password: str = '{}'"),
    "keyword argument": (_prefixed("", ALNUM, 12), "connect(host, password='{}', port=1)"),
    "api key": (_prefixed("", ALNUM, 32), "api_key: '{}',"),
    "json": (_prefixed("", HEX, 40), '{{"client_secret": "{}", "n": 1}}'),
    "json in a string": (_prefixed("", ALNUM, 40), r'body = "{{\"access_token\": \"{}\"}}"'),
    "environment": (_prefixed("", ALNUM, 20), "export API_SECRET={}"),
    "environment, short": (lambda d: f"tiger{d.randint(10, 99)}", "DB_PASSWORD={}"),
    "yaml": (_prefixed("", ALNUM, 24), "  auth_token: {}"),
    "setter": (_prefixed("", ALNUM, 32), 'os.environ["SERVICE_API_KEY"] = "{}"'),
    "default": (_prefixed("", ALNUM, 32), 'os.getenv("SERVICE_API_KEY", "{}")'),
    "comparison": (_prefixed("", ALNUM, 16), 'if given_password == "{}":'),
    "java": (_prefixed("", ALNUM, 32), 'private static final String API_KEY = "{}";'),
    "go": (_prefixed("", ALNUM, 32), 'apiKey := "{}"'),
    "php": (_prefixed("", ALNUM, 16), "'password' => '{}',"),
    "xml": (_prefixed("", ALNUM, 16), "<password>{}</password>"),
    "flag": (_prefixed("", ALNUM, 24), "deploy --api-key {} --now"),
    "connection string": (_prefixed("", ALNUM, 14), '"Server=db;User Id=sa;Password={};Encrypt=true"'),
    "aws secret key": (lambda d: _base64(d, 30), "aws_secret_access_key = {}"),
    "aws secret key beside its id": (
        lambda d: _base64(d, 30),
        f'Client("{"AK" + "IA"}Q3EGRT6Y2OPLM5KX",\n       "{{}}")',
    ),
    "azure storage": (
        lambda d: _base64(d, 64),
        '"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={};EndpointSuffix=core"',
    ),
    "url": (_prefixed("", ALNUM, 12), 'DSN = "postgres://app:{}@db.internal:5432/app"'),
    "url with a token": (_prefixed("", HEX, 32), "git clone https://{}@code.internal/a/b"),
    "bearer": (_prefixed("", ALNUM, 40), "Authorization: Bearer {}"),
    "basic": (
        lambda d: base64.b64encode(f"app:{drawn(d, ALNUM, 12)}".encode()).decode(),
        '"Authorization": "Basic {}"',
    ),
    "curl": (_prefixed("", ALNUM, 12), "curl -s -u app:{} https://api.internal"),
}
"""Secrets that what stands around them gives away, with the line they stand in."""


def private_key(dice: Random, *, end: str = "\n") -> str:
    """The Base64 lines of a PEM block, framed."""
    text = _base64(dice, 1190)
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return end.join(["-----BEGIN RSA " + "PRIVATE KEY-----", *lines, "-----END RSA " + "PRIVATE KEY-----"])
