"""What is said over MQTT and what may be told: topics, messages, commands, and their schemas."""
