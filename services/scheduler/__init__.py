"""The scheduler: leases what is due, no faster than the line settles it."""
