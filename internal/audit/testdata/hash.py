"""The hash of the entry in TestHashOfAKnownEntry, written from the package comment without Go."""
import hashlib, struct

def number(n): return struct.pack(">q", n)
def field(b): return struct.pack(">Q", len(b)) + b
def text(s): return field(s.encode())

detail = {"why": "迷惑行為", "name": "鈴木", "名": ""}
pairs = sorted((k.encode(), v.encode()) for k, v in detail.items())
at = 1795330800123456  # 2026-11-22T07:00:00.123456Z
data = (text("yakusho-audit-1") + field(number(42)) + field(number(at))
        + text("06dq5xk0h8q2v3n4t5w6y7z8a9") + text("") + text("山田 花子") + text("fd00::1") + text("r-1")
        + text("meet.remove") + text("06dq5xk0h8q2v3n4t5w6y7z8b0") + text("ok")
        + field(number(len(pairs))) + b"".join(field(k) + field(v) for k, v in pairs)
        + field(b"\xab" + bytes(31)))
print(hashlib.sha256(data).hexdigest())
