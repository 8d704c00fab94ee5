"""The dashboard's server: an MQTT subscriber that serves one page and relays to it over a WebSocket."""
