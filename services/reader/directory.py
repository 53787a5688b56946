"""The keys that the fetcher signs its requests with, for publishers to check by (Web Bot Auth)."""

import time
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request, Response

from shared.http.directory import Answer
from shared.http.directory import read as read_answer
from shared.http.signing import MEDIA_TYPE, PATH

KEEP_S = 86_400  # whoever asked may keep it for so long, so a new key is listed a day before it is used
RENEW_S = 30 * 86_400  # before its signatures end
log = structlog.get_logger()
router = APIRouter(include_in_schema=False)


def read(setting: str) -> Answer | None:
    """Return the answer that a setting holds, None where it is empty; warns where it is about to end.

    :raises UsageError: it holds something else.
    """
    answer = read_answer(setting)
    if answer and answer.ends_s < time.time() + RENEW_S:
        ends = datetime.fromtimestamp(answer.ends_s, UTC).date()
        log.warning("directory of keys ends", at=ends.isoformat(), advice="`wireroom feeds keys --signing` renews it")
    return answer


@router.get(PATH)
def directory(request: Request) -> Response:
    """Answer with the public keys, 404 where nothing is signed."""
    answer = request.app.state.directory
    if answer is None:
        return Response(status_code=404)
    headers = {
        "Cache-Control": f"public, max-age={KEEP_S}",
        "Content-Digest": answer.digest,
        "Signature-Input": answer.signature_input,
        "Signature": answer.signature,
    }
    return Response(answer.body, media_type=MEDIA_TYPE, headers=headers)
