"""Who answers: one protocol, a gateway to every provider, and the built-in engine."""
