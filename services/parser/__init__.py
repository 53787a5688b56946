"""The parser: from bytes to articles, purely, in processes that reach the belt alone.

    tasks ▶ document ▶ formats: a window of items ▶ identity, sieve: which of them ▶ article: their fields ▶ a result

formats/  each format from bytes to items; pages
fields/   dates, people, text, addresses, images, language, credit
item      what formats hand on
words     the words of a feed's entry
listed    followed lists of feeds
limits    what one document may cost
look      the same without a line, for `wireroom poll` and `extract`
"""
