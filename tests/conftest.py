"""What every test has: no network but loopback, a KIBITZ_HOME of its own, no keys from the machine."""
