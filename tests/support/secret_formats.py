"""Secrets as providers document them, written as templates: what is in braces is drawn at random, and is the secret."""

from __future__ import annotations

import base64
import json
import re
import string
from collections.abc import Callable
from random import Random
from typing import NamedTuple

ALNUM = string.ascii_letters + string.digits
ALPHABETS = {
    "A": ALNUM,
    "W": ALNUM + "_-",
    "H": "0123456789abcdef",
    "U": string.ascii_uppercase + string.digits,
    "L": string.ascii_lowercase + string.digits,
    "5": string.ascii_uppercase + "234567",
    "B": ALNUM + "+/",
    "D": string.digits,
    "Z": string.ascii_letters,
    "P": ALNUM + "!*-_.",
}
"""By the letter a template has before the length: letters and digits, words, hex, Base64, passwords in an address..."""

_FIELD = re.compile(r"\{([AWHUL5BDZP])([0-9]+)\}")


class Made(NamedTuple):
    """A secret with what belongs to it (an address, the key's frame), and those parts nobody may see."""

    text: str
    parts: tuple[str, ...]


TEMPLATES: dict[str, str] = {
    # clouds
    "aws key id": "AKIA{U16}",
    "aws temporary key id": "ASIA{U16}",
    "aws pair": "aws_access_key_id = AKIA{U16}\naws_secret_access_key = {B40}\n",
    "aws environment": "export AWS_ACCESS_KEY_ID=AKIA{U16}\nexport AWS_SECRET_ACCESS_KEY={B40}\n",
    "aws session token": "IQoJb3JpZ2luX2Vj{B300}==",
    "google api key": "AIza{W35}",
    "google oauth secret": "GOCSPX-{W28}",
    "google access token": "ya29.a0{W140}",
    "azure storage": "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={B86}==;EndpointSuffix=core.windows.net",
    "azure service bus": "Endpoint=sb://q.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={B43}=",
    "azure cosmos": "AccountEndpoint=https://d.documents.azure.com:443/;AccountKey={B86}==;",
    "azure signature": "https://shop.blob.core.windows.net/a/b.txt?sv=2024-11-04&se=2026-01-01&sr=b&sp=r&sig={B43}%3D",
    "azure client secret": "{A3}8Q~{W34}",
    "azure devops": "{A52}JQQJ99{A14}AAAAAZDO{A4}",
    "digitalocean": "dop_v1_{H64}",
    "heroku": "HRKU-AA{W58}",
    "alibaba": "LTAI5t{A18}",
    "databricks": "dapi{H32}",
    "cloudflare origin": "v1.0-{H24}-{H146}",
    "fly": "fm2_{B180}",
    "netlify": "nfp_{A36}",
    "vault": "hvs.{W95}",
    "vault batch": "hvb.{W150}",
    "terraform cloud": "{A14}.atlasv1.{W67}",
    "pulumi": "pul-{H40}",
    "doppler": "dp.pt.{A43}",
    "1password": "ops_eyJ{A250}",
    "openshift": "sha256~{W43}",
    # code hosts and registries
    "github": "ghp_{A36}",
    "github oauth": "gho_{A36}",
    "github user": "ghu_{A36}",
    "github server": "ghs_{A36}",
    "github refresh": "ghr_{A76}",
    "github fine-grained": "github_pat_{A22}_{A59}",
    "gitlab": "glpat-{W20}",
    "gitlab deploy": "gldt-{W20}",
    "gitlab runner": "glrt-{W20}",
    "gitlab trigger": "glptt-{H40}",
    "gitlab feed": "glft-{W20}",
    "gitlab registration": "GR1348941{W20}",
    "bitbucket": "ATBB{A32}",
    "atlassian": "ATATT3xFfGF0{W180}",
    "npm": "npm_{A36}",
    "pypi": "pypi-AgEIcHlwaS5vcmc{W150}",
    "docker hub": "dckr_pat_{W27}",
    "rubygems": "rubygems_{H48}",
    "crates": "cio{A32}",
    "nuget": "oy2{L43}",
    "artifactory": "AKCp8{A68}",
    "sonar": "sqp_{H40}",
    "buildkite": "bkua_{H40}",
    "sourcegraph": "sgp_{H16}_{H40}",
    "circleci": "CCIPAT_{A22}_{H40}",
    # messages
    "slack bot": "xoxb-{D12}-{D13}-{A24}",
    "slack user": "xoxp-{D12}-{D12}-{D13}-{H32}",
    "slack app": "xapp-1-A{U10}-{D13}-{H64}",
    "slack refresh": "xoxe-1-{A146}",
    "slack webhook": "https://hooks.slack.com/services/T{U10}/B{U10}/{A24}",
    "discord webhook": "https://discord.com/api/webhooks/1094837261548372615/{W68}",
    "teams webhook": "https://shop.webhook.office.com/webhookb2/{H8}-{H4}-{H4}-{H4}-{H12}@{H8}-{H4}-{H4}-{H4}-{H12}/IncomingWebhook/{H32}/{H8}-{H4}-{H4}-{H4}-{H12}",
    "telegram": "7184920365:AA{W33}",
    "twilio key": "SK{H32}",
    "sendgrid": "SG.{W22}.{W43}",
    "mailgun": "key-{H32}",
    "mailchimp": "{H32}-us12",
    "brevo": "xkeysib-{H64}-{A16}",
    # money and shops
    "stripe": "sk_live_{A24}",
    "stripe long": "sk_live_51{A97}",
    "stripe restricted": "rk_live_{A24}",
    "stripe webhook": "whsec_{A32}",
    "square": "sq0atp-{W22}",
    "square secret": "sq0csp-{W43}",
    "square access": "EAAAE{W59}",
    "paypal": "access_token$production${L16}${H32}",
    "shopify": "shpat_{H32}",
    "shopify secret": "shpss_{H32}",
    "plaid": "access-production-{H8}-{H4}-{H4}-{H4}-{H12}",
    "shippo": "shippo_live_{H40}",
    "easypost": "EZAK{A54}",
    "flutterwave": "FLWSECK-{H32}-X",
    # models
    "openai": "sk-{A20}T3BlbkFJ{A20}",
    "openai project": "sk-proj-{W74}T3BlbkFJ{W74}",
    "openai service": "sk-svcacct-{W74}T3BlbkFJ{W74}",
    "anthropic": "sk-ant-api03-{W93}AA",
    "anthropic admin": "sk-ant-admin01-{W93}AA",
    "openrouter": "sk-or-v1-{H64}",
    "deepseek": "sk-{H32}",
    "hugging face": "hf_{Z34}",
    "hugging face organisation": "api_org_{Z34}",
    "groq": "gsk_{A52}",
    "xai": "xai-{A80}",
    "perplexity": "pplx-{A48}",
    "replicate": "r8_{A37}",
    "nvidia": "nvapi-{W64}",
    "langsmith": "lsv2_pt_{H32}_{H10}",
    "pinecone": "pcsk_{A6}_{A64}",
    # tools
    "linear": "lin_api_{A40}",
    "notion": "ntn_{A46}",
    "notion old": "secret_{A43}",
    "figma": "figd_{W40}",
    "airtable": "pat{A14}.{H64}",
    "hubspot": "pat-na1-{H8}-{H4}-{H4}-{H4}-{H12}",
    "postman": "PMAK-{H24}-{H34}",
    "new relic": "NRAK-{U27}",
    "grafana cloud": "glc_{A120}",
    "grafana service": "glsa_{A32}_{H8}",
    "sentry": "sntryu_{H64}",
    "supabase": "sbp_{H40}",
    "planetscale": "pscale_tkn_{W43}",
    "dynatrace": "dt0c01.{U24}.{U64}",
    "contentful": "CFPAT-{W43}",
    "asana": "2/1204837261548372/1207394827163548:{H32}",
    "dropbox": "sl.{W138}",
    "facebook": "EAA{A180}",
    "twitter bearer": "AAAAAAAAAAAAAAAAAAAAA{A60}%3D{A40}",
    "prefect": "pnu_{A36}",
    "age": "AGE-SECRET-KEY-1{U58}",
    # connections
    "postgres": "postgresql://shop:{P16}@db.shop.io:5432/orders",
    "mysql": "mysql+pymysql://root:{A14}@10.0.3.7/shop",
    "mongodb": "mongodb+srv://admin:{A18}@cluster0.ab1cd.mongodb.net/?retryWrites=true",
    "redis": "redis://:{A24}@cache.shop.io:6379/0",
    "amqp": "amqps://worker:{P20}@mq.shop.io/vhost",
    "basic address": "https://deploy:{A16}@git.shop.io/team/shop.git",
    "sentry address": "https://0f3d19c7a2b84e5fa6c1d0e9b8472635:{H32}@sentry.shop.io/42",
    "ado connection": "Server=tcp:db.shop.io,1433;Database=shop;User ID=sa;Password={A18};Encrypt=True;",
    "jdbc": "jdbc:postgresql://db.shop.io/shop?user=app&password={A16}&ssl=true",
    "bearer": "Authorization: Bearer {A40}",
    "npmrc": "//registry.npmjs.org/:_authToken={H8}-{H4}-{H4}-{H4}-{H12}",
    "netrc": "machine git.shop.io login deploy password {A20}",
    "docker login": '{{"auths": {{"r.shop.io": {{"auth": "{B40}"}}}}}}',
}


def make(name: str, dice: Random) -> Made:
    """A secret of the format."""
    if name in MADE_BY:
        return MADE_BY[name](dice)
    parts: list[str] = []

    def draw(field: re.Match[str]) -> str:
        parts.append("".join(dice.choices(ALPHABETS[field[1]], k=int(field[2]))))
        return parts[-1]

    text = _FIELD.sub(draw, TEMPLATES[name]).replace("{{", "{").replace("}}", "}")
    return Made(text, tuple(parts))


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _jwt(dice: Random) -> Made:
    claims = {"sub": str(dice.randrange(10**8)), "iat": dice.randrange(10**9), "admin": True}
    head, body = (_unpadded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    signature = _unpadded(dice.randbytes(32))
    return Made(f"{head}.{body}.{signature}", (signature,))


def _discord(dice: Random) -> Made:
    number = _unpadded(str(dice.randrange(10**17, 10**18)).encode())
    parts = ("".join(dice.choices(ALPHABETS["W"], k=6)), "".join(dice.choices(ALPHABETS["W"], k=27)))
    return Made(".".join((number, *parts)), parts[1:])


def _pem(frame: str, size: int, head: str = "") -> Callable[[Random], Made]:
    def make_key(dice: Random) -> Made:
        text = head + base64.b64encode(dice.randbytes(size)).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        framed = "\n".join((f"-----BEGIN {frame}-----", *lines, f"-----END {frame}-----"))
        return Made(framed + "\n", tuple(line.removeprefix(head) for line in lines))

    return make_key


def _service_account(dice: Random) -> Made:
    key = _pem("PRIVATE " + "KEY", 1216)(dice)
    number = "".join(dice.choices(ALPHABETS["H"], k=40))
    account = {
        "type": "service_account",
        "project_id": "shop-381204",
        "private_key_id": number,
        "private_key": key.text,
        "client_email": "deploy@shop-381204.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return Made(json.dumps(account, indent=2), key.parts)


def _basic(dice: Random) -> Made:
    password = "".join(dice.choices(ALPHABETS["A"], k=16))
    encoded = base64.b64encode(f"deploy:{password}".encode()).decode()
    return Made(f"Authorization: Basic {encoded}", (encoded[12:-4],))


MADE_BY: dict[str, Callable[[Random], Made]] = {
    "jwt": _jwt,
    "discord": _discord,
    "rsa key": _pem("RSA PRIVATE " + "KEY", 1190),
    "ec key": _pem("EC PRIVATE " + "KEY", 121),
    "pkcs8 key": _pem("PRIVATE " + "KEY", 1216),
    "encrypted key": _pem("ENCRYPTED PRIVATE " + "KEY", 1300),
    "openssh key": _pem("OPENSSH PRIVATE " + "KEY", 350, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"),
    "pgp key": _pem("PGP PRIVATE " + "KEY BLOCK", 900, "lQOYBG"),
    "google service account": _service_account,
    "basic": _basic,
}
"""Those that no template says."""

NAMES = (*TEMPLATES, *MADE_BY)
