"""Completion while someone types: when a model is asked, what is reused, and the shape of what is shown."""
