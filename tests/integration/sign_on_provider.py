"""A small provider of OpenID Connect: discovery, keys, and tokens for whom it is told to name."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from services.runtime.clock import SystemClock

CLIENT, SECRET = "huiying", "a secret of the client"


class FakeProvider:
    """Answers on a port of its own; `claims` changes what the next token says, `key` what signs it."""

    def __init__(self) -> None:
        self.key = self.published = RSAKey.generate_key(2048, parameters={"kid": "k1"})
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, Mapping[str, str]] = {}
        self.asked_again = 0
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def authorize(self, url: str) -> tuple[str, str]:
        """What somebody does at the provider: (state, code) with which their browser is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return asked["state"], code

    def token(self, form: Mapping[str, str], client: str) -> Mapping[str, Any] | None:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        if client != base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode():
            return None
        now = int(SystemClock().now().timestamp())
        if asked.get("prompt") == "login":
            self.asked_again += 1
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "wang", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims | self.claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    provider: FakeProvider

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        issuer = self.provider.issuer
        if self.path == "/keys":
            self._answer(200, {"keys": [self.provider.published.as_dict(private=False)]})
        else:
            ends = {"authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}
            self._answer(200, {"issuer": issuer, "jwks_uri": f"{issuer}/keys", **ends})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        token = self.provider.token(form, self.headers.get("Authorization", "").removeprefix("Basic "))
        self._answer(200 if token else 400, token or {"error": "invalid_grant"})

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
