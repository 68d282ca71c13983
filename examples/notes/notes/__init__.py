"""Notes over HTTP, kept in memory."""
