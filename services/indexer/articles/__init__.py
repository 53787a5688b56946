"""What an entry means for the article it is a state of, and articles in the store with all that was said of them.

identity ▶ judge ▶ merge          decide: which article, what changed, what it is by all its layers
rights, wording                   decide: what may be read, and what no reader would notice
store, layers, history, pages     write: heads and keys, what each source says, revisions, pages that are due
retention, withdrawal             take away: what is past its keeping, and what is not to be read
"""
