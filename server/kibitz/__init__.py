"""kibitz: a language server that brings AI to any editor and checks what the model says."""

__version__ = "0.1.0"
