"""StrideSense: hears a foot pod, sees every contact with the ground, says what helps the calf."""

__version__ = "0.1.0"
