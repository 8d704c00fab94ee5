"""Signals of the foot become events, and events become strides."""
