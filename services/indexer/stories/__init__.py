"""Folding in the store: `services.indexer.fold` decides which texts are one, these find what it decides on and keep it.

texts ▶ furniture ▶ candidates ▶ folding ▶ aftermath     an article's way into its story
pins, flags                                              the operator's word on stories, and what is told to operators
redo, window                                             folding again, and what has left the window
explain                                                  why an article is in its story, and in no other
"""
