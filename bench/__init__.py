"""The bench: what a poll of many feeds costs Wireroom, and what it costs the library `reader`, in one run."""
