"""The user's settings: one schema, and where its values come from."""

from kibitz.settings.schema import Option, Problem, Settings, options
from kibitz.settings.sources import (
    environment,
    has_variable,
    key_variables,
    load,
    log_file,
    proxy_of,
    user_places,
    variable,
)

__all__ = [
    "Option",
    "Problem",
    "Settings",
    "environment",
    "has_variable",
    "key_variables",
    "load",
    "log_file",
    "options",
    "proxy_of",
    "user_places",
    "variable",
]
