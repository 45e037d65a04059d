"""Refactorings proven from the tree alone: each says why where it cannot prove that the meaning stays."""
