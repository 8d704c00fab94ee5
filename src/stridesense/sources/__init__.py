"""Where packets come from: each source is an async context manager and an async iterator of `RawPacket`."""
