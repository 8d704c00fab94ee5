"""The `stridesense` program: one thin module a command."""
