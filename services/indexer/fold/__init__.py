"""Which texts are one, decided purely: the same for the store and for a file of articles.

words ▶ furniture ▶ shingles     a text without what its title repeats, and the few hashes by which it is found
pairs                            whether two are one; evidence, editions, quotes and claims speak for or against it
stories                          connected components, and each article's role
reasons, terms                   the decision in words; by what related stories find each other
file, lines, shelf               all of it over a file larger than memory
"""
