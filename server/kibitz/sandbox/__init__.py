"""Running code that nobody has read yet: `run` has the sandbox, `python` its jobs for Python."""
