"""Pages that are the same for everybody: kept by browsers and gateways for a minute, then asked for again by their tag."""

from __future__ import annotations

import hashlib

import flask

from services.runtime.web.compression import compress_openly

#: For how long what was taken back may still be seen by those who have just seen it.
SECONDS = 60


def shared(response: flask.Response) -> flask.Response:
    """Let an answer be kept, unless it leaves a choice with the browser. It holds no secret, so that it may be compressed."""
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or "Set-Cookie" in response.headers:
        return response
    response.cache_control.public, response.cache_control.max_age = True, SECONDS
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:20], weak=True)
    compress_openly(response)
    response.make_conditional(flask.request)
    return response
