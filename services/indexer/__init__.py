"""The indexer: what a fetch brought becomes articles, revisions, stories and changes, in one commit under its lease.

tasks ▶ settle      facts of many fetches in one commit, fenced by their leases' tokens
tasks ▶ document    documents with their articles in one commit: fence, look up, judge, write, fold, number
  pieces            whose they are, which may go together, what their entries mean
changes, aside      the log's one row; entries that cannot be processed
duties              what time makes due in the store itself
"""
