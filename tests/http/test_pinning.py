"""Whatever a resolver says, and however often it changes its mind, no link is followed into a network."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.errors import Malformed
from pentad.http.egress import is_public
from pentad.http.pinning import Pinned, network, resolved
from tests.corpora import entries
from tests.http.sockets import Answering, served
from tests.http.wire import Tape, ok
from tests.proof import EXAMPLES

HOME = httpx.URL("https://bi.intranet:8443")
INSIDE = entries("addresses", "hostile answers of a resolver")
OPEN = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]


class Wire:
    """A network where some addresses do not answer, and a resolver that goes through its answers."""

    def __init__(self, *answers: Sequence[str] | OSError, dead: Sequence[str] = ()) -> None:
        self.answers = list(answers)
        self.dead = dead
        self.asked: list[tuple[str, int]] = []
        self.own, self.far = Tape(ok({})), Tape(self._answer)
        self.pinned = Pinned(HOME, "Shop", self.own, self.far, self.resolve)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, OSError):
            raise answer
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self.dead:
            raise httpx.ConnectError("refused")
        return httpx.Response(200)

    async def get(self, url: str, pinned: Pinned | None = None) -> httpx.Response:
        extensions = {"timeout": {"connect": 10.0, "read": 20.0}}
        request = httpx.Request("GET", url, extensions=extensions)
        return await (pinned or self.pinned).handle_async_request(request)

    @property
    def reached(self) -> list[str]:
        return [request.url.host for request in self.far.seen]


async def test_what_goes_to_the_account_itself_is_neither_resolved_nor_judged() -> None:
    wire = Wire(["10.0.0.1"])
    await wire.get("https://bi.intranet:8443/api")
    assert (wire.asked, wire.reached, len(wire.own.seen)) == ([], [], 1)


async def test_a_link_goes_to_the_address_that_was_judged_under_its_own_name() -> None:
    wire = Wire(["93.184.216.34", "2606:4700::1111"], ["127.0.0.1"])
    await wire.get("https://files.example:9000/a%20b?sig=1")

    (sent,) = wire.far.seen
    assert str(sent.url) == "https://93.184.216.34:9000/a%20b?sig=1"
    assert sent.headers["host"] == "files.example:9000"
    assert sent.extensions["sni_hostname"] == "files.example"
    assert wire.asked == [("files.example", 9000)]


async def test_the_next_address_is_tried_where_one_does_not_answer_and_only_those() -> None:
    wire = Wire(OPEN, dead=OPEN[:2])
    await wire.get("https://files.example/x")
    assert wire.reached == OPEN[:3]
    assert [sent.extensions["timeout"]["connect"] for sent in wire.far.seen] == [3.0, 3.0, 3.0]

    dead = Wire(OPEN, ["127.0.0.1"], dead=OPEN)
    with pytest.raises(httpx.ConnectError):
        await dead.get("https://files.example/x")
    assert dead.reached == OPEN
    assert dead.far.seen[-1].extensions["timeout"]["connect"] == 10.0


@pytest.mark.parametrize("answer", [OSError("no such name"), []])
async def test_a_name_without_an_address_is_a_host_that_cannot_be_reached(
    answer: OSError | Sequence[str],
) -> None:
    wire = Wire(answer)
    with pytest.raises(httpx.ConnectError):
        await wire.get("https://files.example/x")
    assert wire.reached == []


async def test_an_inside_address_among_the_answers_is_enough_to_refuse() -> None:
    for name in entries("addresses", "names that lead inside"):
        for address in INSIDE:
            wire = Wire([OPEN[0], address, OPEN[1]])
            with pytest.raises(Malformed, match="Shop points to an address that files are not fetched from"):
                await wire.get(f"https://{name}/x")
            assert wire.reached == []


async def test_behind_a_proxy_names_are_its_to_resolve_and_addresses_are_still_judged() -> None:
    wire = Wire(["127.0.0.1"])
    proxied = Pinned(HOME, "Shop", wire.own, wire.far, None)
    await wire.get("https://files.example/x", proxied)
    assert (wire.reached, wire.asked) == (["files.example"], [])
    for url in ("https://10.0.0.1/x", "https://127.1/x", "https://[::1]/x", "http://files.example/x"):
        with pytest.raises(Malformed):
            await wire.get(url, proxied)
    assert len(wire.far.seen) == 1


ADDRESSES = st.sampled_from([*OPEN, *INSIDE]) | st.ip_addresses().map(str)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.lists(ADDRESSES, max_size=4), min_size=1, max_size=4),
    st.sampled_from(
        ["files.example", "8.8.8.8", "10.0.0.1", "[::1]", "[2606:4700::1111]", "127.1", "localtest.me"]
    ),
    st.sets(st.sampled_from(OPEN)),
)
async def test_no_connection_is_made_but_to_open_addresses_of_the_first_answer(
    answers: list[list[str]], host: str, dead: set[str]
) -> None:
    wire = Wire(*answers, dead=list(dead))
    with contextlib.suppress(Malformed, httpx.ConnectError):
        await wire.get(f"https://{host}/x")
    for address in wire.reached:
        told = ipaddress.ip_address(address)
        assert is_public(address)
        assert told.is_global
        assert not told.is_multicast
        assert address in answers[0] or address in host
    assert len(wire.asked) <= 1


async def test_the_systems_resolver_answers_with_addresses() -> None:
    assert set(await resolved("localhost", 443)) <= {"127.0.0.1", "::1"}
    assert await resolved("127.0.0.1", 443) == ["127.0.0.1"]


async def test_only_an_account_on_this_machine_is_reached_there() -> None:
    answering = Answering()
    async with served(answering) as port:
        here = network(httpx.URL(f"http://127.0.0.1:{port}"), "Shop", None)
        async with httpx.AsyncClient(transport=here) as client:
            for _ in range(2):
                assert (await client.get(f"http://127.0.0.1:{port}/x")).text == "ok"
            for host in ("https://localhost", "https://127.0.0.1", "http://localhost", "https://127.1"):
                with pytest.raises(Malformed):
                    await client.get(f"{host}:{port}/x")
    assert answering.connections == 1


async def test_a_connection_of_one_link_serves_no_other() -> None:
    answering = Answering()
    async with served(answering) as port:
        far = network(HOME, "Shop", None).far
        async with httpx.AsyncClient(transport=far) as client:
            for _ in range(3):
                await client.get(f"http://127.0.0.1:{port}/x")
    assert answering.connections == 3


class Detour(httpx.AsyncBaseTransport):
    """What goes to some address of the open network arrives on this machine."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        self.port = port
        unshared = httpx.Limits(max_keepalive_connections=0)
        self.inner = httpx.AsyncHTTPTransport(verify=trusted, limits=unshared)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host="127.0.0.1", port=self.port)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


async def test_the_certificate_is_checked_for_the_name_of_the_link(tmp_path: Path) -> None:
    certificate(tmp_path, "files.example")
    mine = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    mine.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    wire = Wire(["93.184.216.34"])
    async with served(Answering(), mine) as port:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        pinned = Pinned(HOME, "Shop", wire.own, Detour(port, trusted), wire.resolve)
        async with httpx.AsyncClient(transport=pinned) as client:
            assert (await client.get("https://files.example/x")).text == "ok"
            for host in ("other.example", "93.184.216.34"):
                with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                    await client.get(f"https://{host}/x")


def certificate(folder: Path, name: str) -> None:
    """One that a host of that name signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    signed = (
        builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "cert.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(plain)
