"""The answers, free of LSP: both front doors, the editor's and the command line's, call these."""
