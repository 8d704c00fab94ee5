"""Strides become cues: rarely, kindly, and never loading the calf more."""
