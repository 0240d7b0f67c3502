"""The files behind finished reports, and the signed links that hand them out."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import re
import zipfile
from urllib.parse import quote, urlencode

from pentad.sandbox.asgi import Call, Reply
from pentad.sandbox.claribi.records import Report
from pentad.sandbox.claribi.state import State

LINK_LIFE = 300
HOST = "files.claribi.sandbox"
MEDIA = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CREDENTIALS = ("authorization", "x-api-key", "cookie", "proxy-authorization")


def file_reply(report: Report) -> Reply:
    name = report.file_name or f"report-{report.id}.{report.output_format}"
    plain = re.sub(r"[^\x20-\x7e]", "_", name)
    headers = {
        "content-type": MEDIA[report.output_format],
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
    }
    return Reply(200, file_bytes(report), headers)


def file_bytes(report: Report) -> bytes:
    if report.output_format == "csv":
        return _csv(report)
    return _pdf(report) if report.output_format == "pdf" else _xlsx(report)


def _csv(report: Report) -> bytes:
    """With quoted commas, a line break inside a cell, an empty cell and non-ASCII text."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["day", "region", "orders", "revenue", "note"])
    notes = ("", "late, partial", 'called "final"', "two\nlines", "geprüft")
    regions = ("Nord", "Süd", "東", "West, Ost")
    for row in range(report.rows):
        day = f"2026-{row % 12 + 1:02d}-{row % 28 + 1:02d}"
        money = f"{(row * 137 + report.id) % 100_000 / 100:.2f}"
        table.writerow([day, regions[row % 4], row * 7 % 500, money, notes[row % 5]])
    return out.getvalue().encode()


def _pdf(report: Report) -> bytes:
    text = f"BT /F1 18 Tf 40 120 Td (Report {report.id}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, offsets = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XLSX = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}">'
    '<sheets><sheet name="Report" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _xlsx(report: Report) -> bytes:
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>report</t></is></c>'
        f'<c r="B1"><v>{report.id}</v></c></row></sheetData></worksheet>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in {**_XLSX, "xl/worksheets/sheet1.xml": sheet}.items():
            # A fixed date keeps the file the same from one download to the next.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def link(state: State, call: Call, report: Report, now: float) -> str:
    """A signed address on the file host, good for LINK_LIFE seconds."""
    base = f"https://{HOST}"
    if call.served:
        base = call.base.removesuffix("/claribi") + "/claribi-files"
    path = f"/exports/{report.id}.{report.output_format}"
    expires = str(int(now) + LINK_LIFE)
    return f"{base}{path}?{urlencode({'expires': expires, 'signature': _sign(state, path, expires)})}"


def _sign(state: State, path: str, expires: str) -> str:
    return hmac.new(state.directory.secret, f"{path} {expires}".encode(), hashlib.sha256).hexdigest()


def serve_file(state: State, call: Call, now: float) -> Reply:
    """The file host: like object storage, it refuses a second credential beside the signature."""
    if any(name in call.headers for name in _CREDENTIALS):
        return _storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")
    if call.method != "GET":
        return _storage_error(405, "MethodNotAllowed", "The method is not allowed")
    expires, signature = call.param("expires") or "", call.param("signature") or ""
    if not hmac.compare_digest(signature.encode(), _sign(state, call.path, expires).encode()):
        return _storage_error(403, "SignatureDoesNotMatch", "The signature does not match")
    if int(expires) <= now:
        return _storage_error(403, "AccessDenied", "Request has expired")
    report = state.reports.get(int(call.path.removeprefix("/exports/").partition(".")[0]))
    if report is None:
        return _storage_error(404, "NoSuchKey", "The specified key does not exist")
    return file_reply(report)


def _storage_error(status: int, code: str, message: str) -> Reply:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, text.encode(), {"content-type": "application/xml"})
