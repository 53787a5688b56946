"""The indexer: what a fetch brought becomes articles, revisions, stories and changes, in one commit under its lease."""
