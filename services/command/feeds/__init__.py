"""`wireroom feeds`: the verbs, and what they read and write: lists, the store, a publisher's site."""
