"""OMIQ on a loopback port: links lead to the storage host on the same port."""

from __future__ import annotations

import httpx2 as httpx

from pentad.sandbox import Sandbox
from pentad.sandbox.listening import served

OCTETS = {"content-type": "application/octet-stream"}


async def test_links_stay_on_the_port_for_downloads_parts_and_uploads() -> None:
    sandbox = Sandbox(pace=0.0)
    samples = sandbox.platforms["omiq"].samples
    dataset, file = samples["dataset"], samples["file"]
    kind = {"contentType": "application/octet-stream", "datasetId": dataset}
    body = {"datasetKey": dataset, "files": [{"displayName": "a.fcs", "fileName": "a.fcs", **kind}]}
    async with served(sandbox) as told, httpx.AsyncClient() as client:
        mount = told["omiq"]["url"].removesuffix("/api")
        files, headers = f"{mount}/api/datasets/{dataset}/files", told["omiq"]["headers"]
        link = (await client.get(f"{files}/{file}/download", headers=headers)).json()["url"]
        assert link.startswith(f"{mount}-storage/raw/{file}/")
        assert (await client.get(link, headers={"range": "bytes=0-5"})).content == b"FCS3.1"
        upload = (await client.post(files, headers=headers, json=body)).json()
        assert (
            await client.put(upload["signedUrls"][0], content=b"FCS3.1", headers=OCTETS)
        ).status_code == 200
        rows = (await client.get(files, headers=headers)).json()["files"]
    assert [row["status"] for row in rows if row["id"] == upload["files"][0]["id"]] == ["COMPLETE"]
