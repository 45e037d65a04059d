"""What can go wrong with a call: each way with its kind, whether to try again, and what to tell."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from kibitz.errors import Kind

Where = Literal["key", "endpoint", "model"]
"""What has to be mended, as `kibitz doctor` calls it."""


@frozen
class Rule:
    """A kind of failure. The sentence may use {model}, {host} and {status}."""

    kind: Kind
    retry: bool
    sentence: str
    hint: str
    where: Where = "model"


AUTH = Rule(
    "auth",
    False,
    "{host} does not accept the key for {model}.",
    "Check the provider's key variable in the environment, then restart the editor or the command.",
    where="key",
)
NO_KEY = Rule(
    "auth",
    False,
    "There is no key for {model}.",
    "Set the provider's key variable in the environment, then restart the editor or the command.",
    where="key",
)
FORBIDDEN = Rule(
    "auth",
    False,
    "{host} does not let this key use {model}.",
    "Check with the provider what the key may use.",
    where="key",
)
NOT_FOUND = Rule(
    "not_found",
    False,
    "{host} does not know {model}.",
    "Check the model's name: `kibitz doctor` lists near ones where the server tells its models.",
)
NO_PATH = Rule(
    "not_found",
    False,
    "{host} answers, but not as a model server at that address (status {status}).",
    "Check `api_base`: for most servers it ends in /v1, as in http://localhost:8080/v1.",
    where="endpoint",
)
INVALID = Rule(
    "invalid",
    False,
    "{host} refused the request for {model} as not valid.",
    "Check that the model can do what was asked, or choose another model.",
)
RATE = Rule(
    "rate_limit",
    True,
    "{host} allows no more calls of {model} for now.",
    "Wait a little, or set `fallbacks`.",
)
QUOTA = Rule(
    "quota",
    False,
    "The account's quota for {model} is used up.",
    "Check the plan and the billing at the provider, or choose another model.",
)
CONTEXT = Rule(
    "context_length",
    False,
    "The request is longer than {model} can read.",
    "Ask about less code, or choose a model with a larger context window.",
)
FILTER = Rule(
    "content_filter",
    False,
    "The content filter of {host} stopped the answer of {model}.",
    "Ask in other words, or choose another model.",
)
TIMEOUT = Rule(
    "timeout",
    False,
    "{model} did not answer in time.",
    "Try again, or choose a faster model.",
    where="endpoint",
)
BUSY = Rule(
    "timeout",
    True,
    "{host} gave up waiting (status {status}).",
    "Try again; ask about less code if it stays.",
    where="endpoint",
)
NETWORK = Rule(
    "network",
    True,
    "The connection to {host} failed.",
    "Check the network and `api_base`, then try again.",
    where="endpoint",
)
REFUSED = Rule(
    "network",
    False,
    "Nothing answers at {host}.",
    "Is the server running? Check `api_base`.",
    where="endpoint",
)
NO_HOST = Rule(
    "network",
    False,
    "The address {host} cannot be found.",
    "Check the spelling in `api_base`, and that this machine is connected.",
    where="endpoint",
)
NO_ROUTE = Rule(
    "network",
    False,
    "{host} cannot be reached from here.",
    "Check the network, the VPN and `api_base`.",
    where="endpoint",
)
PROXY = Rule(
    "network",
    True,
    "The proxy on the way to {host} failed.",
    "Check HTTPS_PROXY and NO_PROXY in the environment.",
    where="endpoint",
)
CERTIFICATE = Rule(
    "network",
    False,
    "The certificate of {host} was not accepted, so nothing was sent.",
    "Where it is your company's own, set SSL_CERT_FILE to its certificate; else check `api_base`.",
    where="endpoint",
)
NO_TLS = Rule(
    "network",
    False,
    "{host} does not speak TLS, so nothing was sent.",
    "Check `api_base`: a server on this machine is mostly http:, not https:.",
    where="endpoint",
)
TLS = Rule(
    "network",
    False,
    "No secure connection to {host} could be made, so nothing was sent.",
    "Check `api_base`, and what stands between this machine and the server.",
    where="endpoint",
)
ADDRESS = Rule(
    "invalid",
    False,
    "The address of {model} cannot be used.",
    "Write `api_base` with http:// or https://, for example http://localhost:8080/v1.",
    where="endpoint",
)
KEY_TEXT = Rule(
    "auth",
    False,
    "The key for {model} holds characters that no key has.",
    "Set the key's variable again: often it is a line break or a quotation mark too many.",
    where="key",
)
BROKEN_OFF = Rule(
    "network", True, "{host} broke off in the middle of the answer.", "Try again.", where="endpoint"
)
SERVER = Rule(
    "network",
    True,
    "{host} has trouble of its own (status {status}).",
    "Try again later, or set `fallbacks`.",
    where="endpoint",
)
JUNK = Rule(
    "bad_response",
    False,
    "What {host} answered is no model's answer.",
    "Check that `api_base` is the address of a model server, and log in where the network wants that first.",
    where="endpoint",
)
HALF = Rule(
    "bad_response",
    False,
    "{host} ended the answer of {model} before it was complete.",
    "Try again; a proxy in between may cut long answers.",
)
EMPTY = Rule("bad_response", False, "{model} answered nothing.", "Ask again, or choose another model.")
THOUGHT = Rule(
    "bad_response",
    False,
    "{model} used up its output before it said anything.",
    "Ask for less at once, or choose a model that thinks less.",
)
BAD_TOOL_CALL = Rule(
    "bad_response",
    False,
    "{model} called a tool with arguments that cannot be read.",
    "Ask again, or choose another model.",
)
MOVED = Rule(
    "bad_response",
    False,
    "{host} wants the request sent to another address, and kibitz does not follow.",
    "Set `api_base` to the final address.",
    where="endpoint",
)
PROVIDER = Rule(
    "invalid",
    False,
    "{model} names no provider that is known.",
    "Write the model as `provider/model`, for example `openai/gpt-5-mini`.",
)
OTHER = Rule(
    "internal",
    False,
    "The call of {model} failed in an unexpected way.",
    "Try again, or choose another model; please report it if it stays.",
)
