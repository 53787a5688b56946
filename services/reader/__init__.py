"""The reader service: the store over HTTP, for programs (`/v1`), for readers and for operators (pages)."""
