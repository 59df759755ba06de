"""Pages that are the same for everybody: kept by browsers and gateways, and asked for again by their tag before they are shown."""

from __future__ import annotations

import hashlib

import flask

from services.runtime.web.compression import compress_openly


def shared(response: flask.Response) -> flask.Response:
    """Let an answer be kept, unless it leaves a choice with the browser. It holds no secret, so that it may be compressed.

    What is kept is asked for again before it is shown: what was taken back is to be seen nowhere.
    """
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or "Set-Cookie" in response.headers:
        return response
    response.cache_control.public, response.cache_control.no_cache = True, True
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:20], weak=True)
    compress_openly(response)
    response.make_conditional(flask.request)
    return response
