"""Prompts to measure redaction on: real code with a canary, a password and a look-alike planted in each."""

from __future__ import annotations

import base64
import json
import string
import sys
import sysconfig
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from kibitz.models.protocol import Message, Request, ToolCall
from support.secret_formats import ALNUM, NAMES, Made, make

FORMS = ("plain", "base64", "hex", "split", "reversed")
ROOT = Path(__file__).resolve().parents[2]
NEUTRAL = ("x", "value", "data", "cfg", "payload", "blob", "item", "raw")
WORDS = [
    "summer",
    "winter",
    "dragon",
    "hunter",
    "tiger",
    "monkey",
    "orange",
    "purple",
    "coffee",
    "banana",
    "silver",
    "shadow",
    "falcon",
    "rocket",
    "pepper",
    "marble",
    "castle",
    "guitar",
    "welcome",
    "sunshine",
    "football",
    "princess",
    "liverpool",
    "charlie",
    "michael",
    "jordan",
    "ginger",
    "maverick",
    "phoenix",
]


class Plant(NamedTuple):
    """What was put into a prompt: the lines, and what of them is secret."""

    kind: str
    block: str
    secrets: tuple[str, ...]


class Prompt(NamedTuple):
    """A request, its whole text, and what was planted in it."""

    request: Request
    text: str
    carrier: str
    canary: Plant
    form: str
    password: Plant
    harmless: Plant


@cache
def carriers() -> tuple[str, ...]:
    """Code and lock files: the repository's own and the standard library's."""
    library = Path(sysconfig.get_paths()["stdlib"])
    files = [
        *sorted((ROOT / "server").rglob("*.py")),
        *sorted((ROOT / "editor-extension").glob("vscode/src/**/*.ts")),
        *(ROOT / name for name in ("README.md", "pyproject.toml", "requirements.lock")),
        *(
            library / f"{name}.py"
            for name in ("argparse", "ssl", "smtplib", "tarfile", "typing", "token", "uuid")
        ),
        *sorted((library / "http").glob("*.py")),
        *sorted((library / "email").glob("*.py")),
    ]
    # the redactor's own examples are full of what it looks for
    texts = [f.read_text("utf-8") for f in files if f.is_file() and "redaction" not in f.name]
    return tuple(text for text in texts if len(text) > 2000)


def prompts(count: int, seed: int) -> Iterator[Prompt]:
    """The same prompts for the same seed; each form meets each format."""
    for number in range(count):
        dice = Random(f"{seed}/{number}")
        form = FORMS[number % len(FORMS)]
        name = NAMES[number // len(FORMS) % len(NAMES)]
        yield _prompt(dice, Plant(name, *_written(make(name, dice), form, dice)), form)


def _prompt(dice: Random, canary: Plant, form: str) -> Prompt:
    password, harmless = _password(dice), _harmless(dice)
    text = dice.choice(carriers())
    lines = text.splitlines(keepends=True)
    first = dice.randrange(max(1, len(lines) - 120))
    window = lines[first : first + dice.randint(40, 120)]
    for plant in (canary, password, harmless):
        window.insert(dice.randint(0, len(window)), f"\n{plant.block}\n\n")
    whole = "".join(window)
    system = Message("system", "You are a careful reviewer.")
    match dice.randrange(4):
        case 0:
            request = Request("chat", (system, Message("user", f"What does this do?\n\n```\n{whole}\n```\n")))
        case 1:
            cut = dice.randrange(len(whole))
            request = Request("complete", (system,), prefix=whole[:cut], suffix=whole[cut:])
        case 2:
            call = ToolCall("1", "write", {"path": "a.py", "text": whole})
            request = Request("chat", (system, Message("assistant", "", tool_calls=(call,))))
        case _:
            read = ToolCall("1", "read", {"path": "a.py"})
            turns = (Message("assistant", "", tool_calls=(read,)), Message("tool", whole, tool_call_id="1"))
            request = Request("chat", (system, Message("user", "Look into a.py"), *turns))
    carrier = "".join(lines[first : first + 120])
    return Prompt(request, whole, carrier, canary, form, password, harmless)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _written(made: Made, form: str, dice: Random) -> tuple[str, tuple[str, ...]]:
    name, text = dice.choice(NEUTRAL), made.text
    if form == "plain":
        shapes = [f'{name} = """{text}"""', f"/*\n{text}\n*/"]
        if "\n" not in text:
            shapes += [
                f'{name} = "{text}"',
                f"# {text}",
                f"send('{text}', 1)",
                f"{name}: {text}",
                f"see {text} there",
            ]
        return dice.choice(shapes), made.parts
    if form == "reversed":
        back = text[::-1]
        return (
            f'{name} = "{_quoted(back)}"[::-1]' if "\n" not in text else f'{name} = """{back}"""',
            made.parts,
        )
    if form == "base64":
        whole = dice.choice(
            [text, text, f"export {name.upper()}={text}\n", json.dumps({name: text})]
        ).encode()
        code = (
            base64.b64encode(whole).decode()
            if dice.random() < 0.7
            else base64.urlsafe_b64encode(whole).decode()
        )
        if len(code) > 76 and dice.random() < 0.4:
            return f'{name} = """\n' + "\n".join(textwrap.wrap(code, 76)) + '\n"""', made.parts
        return dice.choice(
            [f'{name} = "{code}"', f"  {name}: {code}", f"decode('{code.rstrip('=')}')"]
        ), made.parts
    if form == "hex":
        code = text.encode().hex()
        escaped = "".join(f"\\x{code[at : at + 2]}" for at in range(0, len(code), 2))
        numbers = ", ".join(f"0x{code[at : at + 2]}" for at in range(0, len(code), 2))
        shapes = [
            f'{name} = "{code}"',
            f"unhex('{code.upper()}')",
            f'{name} = b"{escaped}"',
            f"{name}[] = {{{numbers}}}",
        ]
        return dice.choice(shapes), made.parts
    return _split(name, text, dice), made.parts


def _split(name: str, text: str, dice: Random) -> str:
    longest = max(text.split("\n"), key=len)
    pieces, at = [], 0
    while at < len(text):
        size = dice.randint(max(3, min(len(longest) // 4, 30)), max(4, min(len(longest) // 2, 60)))
        pieces.append(text[at : at + size])
        at += size
    quoted = [f'"{_quoted(piece)}"' for piece in pieces]
    shapes = [
        f"{name} = (\n    " + "\n    ".join(quoted) + "\n)",
        f"{name} = " + " +\n    ".join(quoted),
        f"{name} = " + "\n    + ".join(quoted) + ";",
        f"{name} = " + " \\\n    ".join(quoted),
        f'{name} = "".join([\n    ' + ",\n    ".join(quoted) + ",\n])",
        f"{name} = {quoted[0]}\n" + "\n".join(f"{name} += {piece}" for piece in quoted[1:]),
        f"{name}:\n" + "\n".join(f"  - {piece}" for piece in quoted),
        f"${name} = " + "\n  . ".join(quoted) + ";",
        "sb" + "\n  ".join(f".append({piece})" for piece in quoted) + ";",
        "\n".join(f"const {name}{n} = {piece};" for n, piece in enumerate(quoted)),
    ]
    if not any(c.isspace() for c in text):
        shapes += [
            f"{name}: >-\n  " + "\n  ".join(pieces),
            f"run {name} \\\n  " + "\\\n  ".join(pieces),
            "# " + "\n# ".join(pieces),
        ]
    return dice.choice(shapes)


PASSWORD_LINES = (
    'password = "{}"', "password = '{}'", 'DB_PASSWORD = "{}"', "db_password: str = '{}'", 'self.password = "{}"',
    "connect(host, user='app', password='{}')", '{{"user": "app", "password": "{}"}}', '"passwd": "{}",', "password: {}",
    "  POSTGRES_PASSWORD: {}", '      MYSQL_ROOT_PASSWORD: "{}"', "      - REDIS_PASSWORD={}", "export DB_PASS={}",
    "ADMIN_PASSWORD={}", "spring.datasource.password={}", 'String password = "{}";', 'private String dbPassword = "{}";',
    'const password = "{}";', "let dbPassword = '{}';", "  password: '{}',", 'pwd := "{}"', 'Password: "{}",',
    "$password = '{}';", "'password' => '{}',", "define('DB_PASSWORD', '{}');", "<password>{}</password>",
    '<add key="x" connectionString="Server=db;User Id=sa;Password={};" />', 'var pwd = "{}";', 'let password = "{}"',
    ':password => "{}",', "password: \"{}\"", 'if password == "{}":', 'os.environ["DB_PASSWORD"] = "{}"',
    'os.getenv("DB_PASSWORD", "{}")', "ENV APP_PASSWORD={}", 'variable_password = "{}"', "client_secret = '{}'",
    'setPassword("{}")', "mysql -u root -p'{}' shop", "--password={}", "curl -u app:{} https://api.shop.io/",
    "sshpass -p '{}' ssh a@b", "PGPASSWORD={} psql -h db", 'password <- "{}"', 'local password = "{}"',
)  # fmt: skip


def _password(dice: Random) -> Plant:
    word, other = dice.choice(WORDS), dice.choice(WORDS)
    random = "".join(dice.choices(ALNUM, k=dice.randint(8, 24)))
    symbols = "".join(dice.choices(ALNUM + "!?%+^~=", k=dice.randint(10, 20)))
    made = dice.choices(
        [
            random,
            symbols,
            f"{word}{dice.randint(10, 9999)}",
            f"{word.capitalize()}{dice.randint(1, 2026)}{dice.choice('!?.')}",
            f"{word}-{other}-{dice.choice(WORDS)}-{dice.randint(1, 99)}",
            word.replace("a", "@").replace("e", "3").replace("o", "0").replace("i", "1")
            + str(dice.randint(1, 99)),
            "".join(dice.choices(string.hexdigits[:16], k=32)),
        ],
        [30, 15, 15, 15, 5, 10, 10],
    )[0]
    line = dice.choice(PASSWORD_LINES)
    return Plant(line, line.format(made), (made,))


HARMLESS_LINES = (
    'id = "{uuid}"', "commit = '{sha1}'", '"integrity": "sha512-{b64}==",', "    --hash=sha256:{sha256} \\",
    "image: shop@sha256:{sha256}", '<img src="data:image/png;base64,{image}">', 'password = "changeme"',
    'api_key = "your-api-key-here"', 'api_key = "<your key>"', 'token = "xxxxxxxxxxxxxxxxxxxxxxxx"', 'password = os.environ["DB_PASSWORD"]',
    "password = process.env.DB_PASSWORD;", "password: ${{DB_PASSWORD}}", 'password = getpass("Password: ")', "token = request.headers['X-Token']",
    "password = settings.database.password", 'password_field = "user_password"', 'token_type = "bearer_token"',
    '"key": "arrow-left-button-pressed"', 'secret_name = "prod/database/credentials"', 'placeholder="Enter your password"',
    'passwordLabel: "Repeat the password"', "reset_password_url = '/accounts/reset/password/'", "https://shop.io/a/b?page=2&sort=name",
    "git@github.com:team/shop.git", "postgres://localhost:5432/orders", "see http://localhost:8080/@scope/name",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{word43} deploy", 'etag = "{sha1}"', "Content-MD5: {b64short}==", "primary_key = '{sha1}'",
    "password VARCHAR(255) NOT NULL,", "def check_password(password: str, hashed: bytes) -> bool:", "public_key = '{word43}'",
    'raise ValueError("password must have at least 12 characters")', "const tokenExpiryInSeconds = 3600;", "pk_live_{alnum24}",
    "password=self.password, token=token_for(user)", 'cache_key = "user:profile:settings:v2"', "arn:aws:iam::123456789012:role/deployment-role",
    "text = base64.b64decode('{words64}')", 'greeting = bytes.fromhex("{wordshex}")', "AbstractAuthenticationTokenProviderFactoryBean",
    "max_tokens: 4096", 'tokenizer = "cl100k_base"', "csrf_token = '{{{{ csrf_token }}}}'", 'pattern = r"[A-Za-z0-9_]{{8,64}}"',
    'hash = "{sha256}"', '"resolved": "https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz"', "version = 'v2.14.0-rc.3+build.20240611'",
    'key = "{uuid}"', "author: 'Grace Hopper <grace@shop.io>'", "-----BEGIN PUBLIC KEY-----\n{b64}\n-----END PUBLIC KEY-----",
    'PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]', "'password': 'Das Passwort ist falsch',",
    "password: test", "user:password", 'token = "end_of_statement"', "secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>",
)  # fmt: skip


def _harmless(dice: Random) -> Plant:
    words = " ".join(dice.choices(WORDS, k=dice.randint(4, 12))).encode()
    line = dice.choice(HARMLESS_LINES)
    sha256 = dice.randbytes(32).hex()
    block = line.format(
        uuid="-".join((sha256[:8], sha256[8:12], sha256[12:16], sha256[16:20], sha256[20:32])),
        sha1=dice.randbytes(20).hex(),
        sha256=sha256,
        b64=base64.b64encode(dice.randbytes(64)).decode().rstrip("="),
        b64short=base64.b64encode(dice.randbytes(16)).decode().rstrip("="),
        image="iVBORw0KGgo" + base64.b64encode(dice.randbytes(600)).decode(),
        word43="".join(dice.choices(ALNUM, k=43)),
        alnum24="".join(dice.choices(ALNUM, k=24)),
        words64=base64.b64encode(words).decode(),
        wordshex=words.hex(),
    )
    return Plant(line, block, ())
