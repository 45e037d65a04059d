"""Next edits: what somebody will change next, told from what was changed last."""
