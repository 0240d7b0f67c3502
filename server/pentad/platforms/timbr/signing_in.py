"""The third way in: an encrypted bearer buys the user's Timbr token, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx2 as httpx

from pentad.errors import AuthFailed
from pentad.http.answers import json_of
from pentad.http.auth import TokenAuth, sign

PATH = "/timbr/api/get_token"


@dataclass
class GrantedToken(TokenAuth):
    """`bearer` is made with the deployment's secret, by a script of the vendor's, and sent to one path."""

    bearer: str
    header: str
    beside: Mapping[str, str]

    def steps(self, request: httpx.Request) -> Iterator[httpx.Request]:
        """Once more with a final slash, on which some gateways insist."""
        path = self.origin.raw_path.rstrip(b"/") + PATH.encode()
        headers = {"Authorization": f"Bearer {self.bearer}", "Content-Type": "application/json"}
        for raw in (path, path + b"/"):
            yield self.ask(request, self.origin.copy_with(raw_path=raw), headers=headers)

    def learnt(self, step: httpx.Request, response: httpx.Response) -> bool:
        elsewhere = response.status_code in (404, 405) or response.has_redirect_location
        if elsewhere and not step.url.path.endswith("/"):
            return False
        if response.status_code in (400, 401, 403):
            raise self._refusal()
        self.check(response)
        answer = json_of(response, f"{self.label}'s sign-in")
        told = answer if isinstance(answer, dict) else {}
        # A failure of this platform may come with a status of success.
        if told.get("status") == "error":
            raise self._refusal()
        data = told.get("data")
        self.keep(data[0] if isinstance(data, list) and data else None)
        return True

    def _refusal(self) -> AuthFailed:
        return self.give_up(
            "refused the encrypted bearer. It is not tried again: make a new one with the deployment's "
            "script, and restart."
        )

    def sign(self, request: httpx.Request, token: str) -> None:
        request.headers.update(self.beside)
        sign(request, self.header, token)
