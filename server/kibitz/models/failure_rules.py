"""What each way to fail means: by the name of LiteLLM's exception, the provider's code, the status, and words."""

from __future__ import annotations

import re

from attrs import frozen

from kibitz.errors import Kind


@frozen
class Rule:
    """A kind of failure. The sentence may use {model}, {host} and {status}."""

    kind: Kind
    retry: bool
    sentence: str
    hint: str


AUTH = Rule(
    "auth",
    False,
    "{host} does not accept the key for {model}.",
    "Check the provider's key variable in the environment, then restart the editor or the command.",
)
NO_KEY = Rule(
    "auth",
    False,
    "There is no key for {model}.",
    "Set the provider's key variable in the environment, then restart the editor or the command.",
)
FORBIDDEN = Rule(
    "auth",
    False,
    "{host} does not let this key use {model}.",
    "Check with the provider what the key may use.",
)
NOT_FOUND = Rule(
    "not_found", False, "{host} does not know {model}.", "Check the model's name and `api_base`."
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
TIMEOUT = Rule("timeout", False, "{model} did not answer in time.", "Try again, or choose a faster model.")
NETWORK = Rule(
    "network", True, "The connection to {host} failed.", "Check the network and `api_base`, then try again."
)
REFUSED = Rule("network", False, "Nothing answers at {host}.", "Is the server running? Check `api_base`.")
NO_HOST = Rule("network", False, "The address {host} cannot be found.", "Check the network and `api_base`.")
TLS = Rule(
    "network",
    False,
    "The connection to {host} is not secure: its certificate was not accepted.",
    "Check `api_base` and the certificates of this machine.",
)
BROKEN_OFF = Rule("network", True, "{host} broke off in the middle of the answer.", "Try again.")
SERVER = Rule(
    "network",
    True,
    "{host} has trouble of its own (status {status}).",
    "Try again later, or set `fallbacks`.",
)
JUNK = Rule(
    "bad_response",
    False,
    "{host} did not answer in the form that {model} is expected to.",
    "Check that `api_base` is the address of a model server.",
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
)
PROVIDER = Rule(
    "invalid",
    False,
    "The provider of {model} is not one that LiteLLM knows.",
    "Write the model as `provider/model`.",
)
OTHER = Rule(
    "internal",
    False,
    "The call of {model} failed in an unexpected way.",
    "Try again, or choose another model; please report it if it stays.",
)

TABLE: dict[str, Rule] = {
    "APIConnectionError": NETWORK,
    "APIError": SERVER,
    "APIResponseValidationError": JUNK,
    "APIStatusError": SERVER,
    "APITimeoutError": TIMEOUT,
    "AuthenticationError": AUTH,
    "BadGatewayError": SERVER,
    "BadRequestError": INVALID,
    "BlockedPiiEntityError": FILTER,
    "BudgetExceededError": QUOTA,
    "ConflictError": SERVER,
    "ContentPolicyViolationError": FILTER,
    "ContextWindowExceededError": CONTEXT,
    "GuardrailRaisedException": FILTER,
    "ImageFetchError": INVALID,
    "InternalServerError": SERVER,
    "InvalidRequestError": INVALID,
    "JSONDecodeError": JUNK,
    "JSONSchemaValidationError": JUNK,
    "LiteLLMUnknownProvider": PROVIDER,
    "MidStreamFallbackError": BROKEN_OFF,
    "MockException": OTHER,
    "ModelNotMappedError": OTHER,
    "ModifyResponseException": FILTER,
    "NotFoundError": NOT_FOUND,
    "OpenAIError": OTHER,
    "PaymentRequiredError": QUOTA,
    "PermissionDeniedError": FORBIDDEN,
    "RateLimitError": RATE,
    "RejectedRequestError": FILTER,
    "SensitiveDataRouteException": FILTER,
    "ServiceUnavailableError": SERVER,
    "Timeout": TIMEOUT,
    "UnprocessableEntityError": INVALID,
    "UnsupportedParamsError": INVALID,
    "VectorStoreSearchError": INVALID,
}
"""Every exception of LiteLLM, by the name of its class."""

CODES: dict[str, Rule] = {
    "insufficient_quota": QUOTA,
    "billing_hard_limit_reached": QUOTA,
    "billing_not_active": QUOTA,
    "billing_error": QUOTA,
    "context_length_exceeded": CONTEXT,
    "string_above_max_length": CONTEXT,
    "exceed_context_size_error": CONTEXT,
    "content_filter": FILTER,
    "content_policy_violation": FILTER,
    "responsibleaipolicyviolation": FILTER,
    "invalid_api_key": AUTH,
    "authentication_error": AUTH,
    "forbidden": FORBIDDEN,
    "permission_error": FORBIDDEN,
    "model_not_found": NOT_FOUND,
    "not_found_error": NOT_FOUND,
    "rate_limit_exceeded": RATE,
    "rate_limit_error": RATE,
    "overloaded": SERVER,
    "overloaded_error": SERVER,
    "server_error": SERVER,
}
"""What providers call failures in the body of an answer: it says more than the status."""

STATUSES: dict[int, Rule] = {
    401: AUTH,
    402: QUOTA,
    403: FORBIDDEN,
    404: NOT_FOUND,
    408: TIMEOUT,
    413: CONTEXT,
    422: INVALID,
    429: RATE,
}

WORDS: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (re.compile(r"missing credentials|missing [\w ]*api key|no key is set", re.IGNORECASE), NO_KEY),
    (re.compile(r"llm provider not provided", re.IGNORECASE), PROVIDER),
    (re.compile(r"credit balance|billing details|quota exceeded", re.IGNORECASE), QUOTA),
    (re.compile(r"maximum context length|prompt is too long|context window", re.IGNORECASE), CONTEXT),
)
"""For where the reason is in words alone; tried only on failures that could be anything."""
