"""The report of a session: one page that needs nothing besides itself."""
