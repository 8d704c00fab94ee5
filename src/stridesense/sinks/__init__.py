"""Where the river ends: async context managers that handle packets and outcomes one by one."""
