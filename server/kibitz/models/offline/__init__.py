"""The built-in engine: real answers with no model, no key and no network."""
