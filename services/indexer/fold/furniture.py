"""A publication's furniture: the sentences that it repeats from article to article, and a text without them. Pure.

Log-in boxes, newsletter forms, "read more" and boilerplate endings make articles of one house look alike that are not.
Whether a sentence is furniture is a fact about the set of a publication's articles, never about the moment at which one
of them arrived: it is, once articles under `HEADLINES` different headlines carry it. Articles under one headline count
once, so no article becomes furniture by its own reprints and revisions.
"""

from collections.abc import Container, Iterable

from services.indexer.fold.words import digest, sentences, words

HEADLINES = 3  # different headlines; two carry a sentence by chance, or one quotes the other


def segments(text: str) -> list[tuple[int, str]]:
    """Return the sentences of `text` in order, each as its digest (signed, 64 bits) and its words, joined by spaces.

    Publishers set paragraphs anew, so a paragraph counts as its sentences.
    """
    joined = [" ".join(tokens) for tokens in sentences(text)]
    return [(digest(sentence), sentence) for sentence in joined]


def keep(parts: Iterable[tuple[int, str]], furniture: Container[int]) -> str:
    """Return the words of those segments whose digests are not in `furniture`, a line a sentence."""
    return "\n".join(sentence for number, sentence in parts if number not in furniture)


def headline_key(headline: str) -> int:
    """Return the digest by which two headlines are the same: their words, in order."""
    return digest(" ".join(words(headline)))
