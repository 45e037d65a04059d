"""Syntax trees: languages, definitions, references, scopes, errors and their delta. The only room that knows tree_sitter."""
