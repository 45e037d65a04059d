"""What people type: one thin module per subcommand."""
