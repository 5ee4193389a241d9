"""Messages of the small world: a mail and an import, with canaries in them."""

import time
from uuid import uuid4

import httpx

MBOX = b"From a@b.example Mon Mar  2 09:30:00 2026\nFrom: a@b.example\n\nHello\n"
WITHIN_S = 60.0


def send(api: httpx.Client, sender: str, subject: str, body: str) -> dict[str, str]:
    """Take in a mail and a mailbox; return what requests call them by."""
    mark = f"<{uuid4().hex}@guanxi.test>"
    raw = (
        f"From: {sender}\r\nTo: sales@firm.test\r\nSubject: {subject}\r\nMessage-ID: {mark}\r\n\r\n{body}\r\n"
    )
    made = api.post("/v1/mail", content=raw, headers={"Content-Type": "message/rfc822"}).raise_for_status()
    mbox = {"Content-Type": "application/mbox"}
    job = api.post("/v1/mail/imports", content=MBOX, headers=mbox).raise_for_status().json()["id"]
    until = time.monotonic() + WITHIN_S
    while api.get(f"/v1/mail/imports/{job}").json()["status"] != "done":
        assert time.monotonic() < until, "nobody imports"
        time.sleep(0.05)
    mail = made.json()
    ids = {"mail_id": mail["id"], "thread_id": mail["thread_id"]}
    return {**ids, "imports_id": job, "upload_id": str(uuid4()), **_hear(api, sender, body)}


def _hear(api: httpx.Client, sender: str, body: str) -> dict[str, str]:
    """Make the source of a web form, and send it one."""
    code = f"form-{uuid4().hex[:12]}"
    mapping = {"email": "mail", "text": "text"}
    source = {"code": code, "name": "Form", "channel": "web_form", "system": "email", "mapping": mapping}
    api.post("/v1/webhook-sources", json=source).raise_for_status()
    heard = api.post(f"/v1/webforms/{code}", json={"mail": sender, "text": body}).raise_for_status().json()
    return {"code": code, "webhook-originals_id": heard["original"]}
