"""The view of articles that readers go through, as the first tables bring it and 0005 makes it anew."""

# what readers may see: never a withheld, cancelled, embargoed or expired article, never more text than the terms allow
ARTICLES = """
CREATE VIEW readable_articles AS
SELECT a.id, a.publication_id, a.feed_id, a.source_id, a.url, a.canonical_url, a.headline, a.subheadline,
    CASE WHEN p.terms <> 'headline' THEN a.summary END AS summary,
    CASE WHEN p.terms = 'full' THEN a.body_html END AS body_html,
    CASE WHEN p.terms = 'full' THEN a.body_text END AS body_text,
    a.word_count, a.language, a.direction, a.byline, a.authors, a.dateline, a.credit, a.credit_evidence,
    a.published_at, a.updated_at, a.first_seen_at, a.last_seen_at, a.ordered_at, a.embargoed_until, a.expires_at,
    a.section, a.keywords, a.subjects, a.genre, a.images, a.media, a.status, a.status_reason, a.copyright_notice,
    a.usage_terms, a.access, a.body_source, a.page_state, a.story_id, a.copy_role, a.copy_of, a.similarity, a.revision,
    a.content_sha256, a.document_sha256, a.parser, a.provenance,{postings}
    p.name AS publication_name, p.attribution
FROM articles a JOIN publications p ON p.id = a.publication_id
WHERE a.status = 'usable'
    AND (a.embargoed_until IS NULL OR a.embargoed_until <= {now})
    AND (a.expires_at IS NULL OR a.expires_at > {now})
"""
NOW = {"postgresql": "clock_timestamp()", "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')"}


def articles_view(dialect: str, postings: str) -> str:
    """Return what makes the view; `postings` names the column that the fold had in it before 0005, or is empty."""
    return ARTICLES.format(now=NOW[dialect], postings=postings)
