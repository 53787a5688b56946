"""Articles' pages, read one at a time. Pure.

article                                   from a page's bytes to its article, all of what follows together
meta                                      what the head and JSON-LD say, as it is written
facts                                     the facts of all places, each with the one that is believed
headline, people, dates, section, rights  one fact each
text, blocks, lines                       what is taken for the text, where it stands, which of its lines belong to it
tables, runs                              layout tables and bare lines, put into plain elements and paragraphs first
pictures, captions                        pictures, and what stands with each
ruled                                     a page's text by the rules of its feed
feeds                                     the feeds that a page names
"""
