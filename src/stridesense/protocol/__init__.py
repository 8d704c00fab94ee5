"""From bytes to samples: what a pod sends, read as its description in `firmware_protocols/` says."""
