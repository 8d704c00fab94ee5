"""Samples in the sensor's axes become signals in the axes of the foot."""
