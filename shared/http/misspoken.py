"""What servers do wrong by HTTP/2: h2's errors, and the codes by which a server breaks off, in our words. Pure."""

from h2.errors import ErrorCodes
from h2.exceptions import DenialOfServiceError, H2Error, InvalidBodyLengthError, NoSuchStreamError

from shared.errors import FetchError, Refused
from shared.http.versions import Outdated, Unprocessed

# What is in a sentence of h2's, in small letters, and what has happened; the first that fits.
_WRONG = (
    ("decoding header block", "its header fields cannot be unpacked"),
    ("too many continuation", "its header fields go on without end"),
    ("frame during header block", "something else stands among its header fields"),
    ("recv_continuation", "header fields go on that never began"),
    ("with invalid padding", "a frame has more padding than bytes"),
    ("must be zero", "a frame that is for the connection names a request"),
    ("must be non-zero", "a frame that is for a request names none"),
    ("non-compliant data", "a frame does not hold what it should"),
    ("data missing or invalid", "a frame breaks off"),
    ("invalid value for te", "a header field that HTTP/2 does not have"),
    ("has invalid value", "a setting has a value that it cannot have"),
    ("flow control window", "it allows more to be sent than can be counted"),
    ("push", "it sends what nobody asked for"),
    ("invalid stream id", "it answers a request that there was not"),
    ("max outbound streams", "it takes no more requests"),
    ("stream ids", "it takes no more requests"),
    ("data before headers", "a body without a head"),
    ("missing mandatory", "no status"),
    ("duplicate pseudo-header", "the status is given twice"),
    ("pseudo-header field out of sequence", "the status stands behind other fields"),
    ("pseudo-header in trailer", "the status is given again behind the body"),
    ("pseudo-header", "a header field that HTTP/2 does not have"),
    ("-only headers", "a header field that is for requests alone"),
    ("connection-specific", "a header field that HTTP/2 does not have"),
    ("illegal character", "a header field holds a character that none may hold"),
    ("uppercase", "the name of a header field holds a large letter"),
    ("zero length", "a header field has no name"),
    ("surrounded by whitespace", "a header field begins or ends with a blank"),
    ("invalid content-length", "the length of the body is no number"),
    ("conflicting content-length", "two lengths of one body"),
    ("on informational responses", "its answer ends with an interim one"),
    ("after final response", "an interim answer comes behind the final one"),
    ("trailers must have", "two heads of one answer"),
    ("depend on itself", "a request has to wait for itself"),
)
_BROKEN_OFF = {
    ErrorCodes.NO_ERROR: "without saying why",
    ErrorCodes.INTERNAL_ERROR: "for an error of its own",
    ErrorCodes.REFUSED_STREAM: "and did not take the request",
    ErrorCodes.CANCEL: "since it gave up",
    ErrorCodes.ENHANCE_YOUR_CALM: "since it is asked for too much",
    ErrorCodes.INADEQUATE_SECURITY: "since it wants better encryption",
    ErrorCodes.CONNECT_ERROR: "since what stands behind it hung up",
}


def misspoken(what: str) -> FetchError:
    """Return the failure of a server that does `what` by HTTP/2."""
    return FetchError("http", f"The server does not speak HTTP/2 as it should: {what}.")


def explained(error: H2Error) -> FetchError:
    """Return the failure that stands behind what h2 raised."""
    if isinstance(error, InvalidBodyLengthError):
        return FetchError("truncated", "The body is not as long as it says it is.")
    if isinstance(error, DenialOfServiceError):
        return Refused("too_large", "The answer has too many header fields, or too long ones.")
    if isinstance(error, NoSuchStreamError):  # whose sentence is a number
        return misspoken("it speaks of a request that there was not, or that is over")
    said = str(error).lower()
    return misspoken(next((ours for theirs, ours in _WRONG if theirs in said), "a frame comes where none like it may"))


def broken_off(code: int, *, unprocessed: bool) -> FetchError:
    """Return the failure of an answer that its server ends by an error code (RFC 9113, 7).

    `unprocessed` says that it took no notice of the request.
    """
    if code == ErrorCodes.HTTP_1_1_REQUIRED:
        return Outdated("http", "The server wants HTTP/1.1.")
    why = next((why for known, why in _BROKEN_OFF.items() if known == code), None)
    if why is None:
        why = (
            "since it finds fault with our HTTP/2"
            if code in list(ErrorCodes)
            else "for a reason that HTTP/2 does not know"
        )
    return (Unprocessed if unprocessed else FetchError)("truncated", f"The server broke its answer off, {why}.")
