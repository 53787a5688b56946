"""What is answered for an article or a story that may not be read."""

from fastapi import HTTPException, Request
from sqlalchemy import Connection

from services.reader.queries import articles, stories


def missing_article(connection: Connection, article_id: int) -> HTTPException:
    """Return the refusal of an article that is not there, may not be read, or was withdrawn."""
    if articles.is_withdrawn(connection, article_id):
        return HTTPException(410, "This article was withdrawn.")
    return HTTPException(404, "There is no such article, or it may not be read.")


def missing_story(request: Request, connection: Connection, story_id: int) -> HTTPException:
    """Return the answer for a story of which nothing may be read: where it went, or that there is none."""
    moved_to = stories.moved_to(connection, story_id)
    if moved_to is None:
        return HTTPException(404, "There is no such story, or none of its articles may be read.")
    place = request.url.path.replace(f"/stories/{story_id}", f"/stories/{moved_to}")
    return HTTPException(301, f"Story {story_id} was folded into story {moved_to}.", {"Location": place})
