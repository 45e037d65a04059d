"""What editors speak: the only rooms that know pygls and lsprotocol."""
