"""The wiring: sources, the pipeline and sinks brought together in one session."""
