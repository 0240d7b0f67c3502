"""clariBI: two families of paths with two habits about the final slash."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from pentad.sandbox import SandboxPlatform


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("GET", "/api/v1/reports/?page=2", "/api/v1/reports?page=2"),
        ("GET", "/api/data-sources", "/api/data-sources/"),
        ("POST", "/api/v1/reports/9010/generate/", "/api/v1/reports/9010/generate"),
        ("POST", "/api/v1/reports/generate", "/api/v1/reports/generate/"),
        ("POST", "/api/auth/login", "/api/auth/login/"),
    ],
)
async def test_the_other_slash_is_redirected_even_for_a_post(
    reports: httpx.AsyncClient, method: str, path: str, target: str
) -> None:
    response = await reports.request(method, path)
    assert (response.status_code, response.headers["location"]) == (301, target)


async def test_a_post_that_follows_the_redirect_becomes_a_get(
    reports: httpx.AsyncClient, claribi: SandboxPlatform
) -> None:
    response = await reports.post("/api/v1/dashboards/", json={"name": "Lost"}, follow_redirects=True)
    assert (response.status_code, response.json()["count"]) == (200, 25)
    assert [(one.method, one.request_body) for one in claribi.log][1] == ("GET", b"")


@pytest.mark.parametrize("path", ["/api/v1/usage/", "/api/v1/usage", "/api/v1/dashboards"])
async def test_a_wrong_method_is_refused_in_the_frameworks_words(
    reports: httpx.AsyncClient, path: str
) -> None:
    response = await reports.put(path)
    assert (response.status_code, response.json()) == (405, {"detail": 'Method "PUT" not allowed.'})


async def test_an_unknown_path_is_a_page(reports: httpx.AsyncClient) -> None:
    response = await reports.get("/api/v2/reports")
    assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
