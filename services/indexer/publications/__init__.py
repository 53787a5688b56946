"""Which publication a feed belongs to, what one is known by, and two of them made one."""
