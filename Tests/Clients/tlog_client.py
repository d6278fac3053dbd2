"""A client of C2SP tlog-tiles, written from the text of the specifications alone; shares nothing with the program.

    tlog_client.py fetch ROOT VKEY [SOCKET]
        reads the whole log: checkpoint, every hash tile, every entry bundle, and prints the entries as JSON strings
    tlog_client.py proof ROOT VKEY [SOCKET] < FILE.tlog-proof
        checks a tlog-proof for the entry that the log itself gives at its index

ROOT is the folder of a static tree, or with SOCKET the path prefix of a log served on that Unix socket.
"""
import base64
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(leaves):
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


class Log:
    def __init__(self, root, path=None):
        self.root, self.path = root, path

    def get(self, name, content_type):
        if self.path is None:
            with open(os.path.join(self.root, name), "rb") as file:
                return file.read()
        connection = http.client.HTTPConnection("ledger")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        connection.request("GET", self.root + "/" + name, headers={"Accept-Encoding": "identity"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200, (name, answer.status, body)
        assert answer.headers["Content-Type"] == content_type, (name, answer.headers["Content-Type"])
        return body


def verify_note(note, vkey):
    """The text of a signed note, which the key must have signed."""
    name, key_id, material = vkey.split("+", 2)
    public = base64.b64decode(material)
    assert public[0] == 1 and len(public) == 33
    assert hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_id
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    assert signatures.endswith(b"\n")
    verified = False
    for line in signatures[:-1].split(b"\n"):
        dash, signer, blob = line.decode().split(" ")
        assert dash == "\u2014"
        blob = base64.b64decode(blob, validate=True)
        if signer != name or blob[:4].hex() != key_id:
            continue
        with tempfile.TemporaryDirectory() as folder:
            files = {
                "key": bytes.fromhex("302a300506032b6570032100") + public[1:], "signature": blob[4:], "text": text,
            }
            for file, content in files.items():
                with open(os.path.join(folder, file), "wb") as output:
                    output.write(content)
            subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in",
                 "text", "-sigfile", "signature"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        verified = True
    assert verified, "not signed by " + name
    return text.decode()


def read_checkpoint(note, vkey):
    lines = verify_note(note, vkey).split("\n")
    assert lines[0] == vkey.split("+")[0]
    size = int(lines[1])
    assert str(size) == lines[1]
    root = base64.b64decode(lines[2], validate=True)
    assert len(root) == 32
    return size, root


def tile_path(index):
    path = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        path = "x%03d/%s" % (index % 1000, path)
    return path


def tiles(size, level):
    """Index and width of each tile at a level."""
    count = size // 256 ** level
    for index in range(count // 256):
        yield index, 256
    if count % 256:
        yield count // 256, count % 256


def path_of(kind, index, width):
    return "tile/%s/%s" % (kind, tile_path(index)) + ("" if width == 256 else ".p/%d" % width)


def fetch(log, vkey):
    size, root = read_checkpoint(log.get("checkpoint", "text/plain; charset=utf-8"), vkey)
    below = None
    level = 0
    leaves = []
    while size >= 256 ** level:
        hashes = []
        for index, width in tiles(size, level):
            tile = log.get(path_of(level, index, width), "application/octet-stream")
            assert len(tile) == 32 * width
            hashes += [tile[i:i + 32] for i in range(0, len(tile), 32)]
        if below is None:
            leaves = hashes
        else:
            assert hashes == [tree_hash(below[i * 256:i * 256 + 256]) for i in range(len(below) // 256)]
        below = hashes
        level += 1
    assert tree_hash(leaves) == root
    entries = []
    for index, width in tiles(size, 0):
        bundle = log.get(path_of("entries", index, width), "application/octet-stream")
        start = len(entries)
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            assert len(bundle) >= 2 + length
            entries.append(bundle[2:2 + length])
            bundle = bundle[2 + length:]
        assert len(entries) - start == width
    assert [leaf_hash(entry) for entry in entries] == leaves
    return entries


def check_proof(proof, entries, vkey):
    head, checkpoint = proof.split(b"\n\n", 1)
    lines = head.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("index ")
    index = int(lines[1][6:])
    size, root = read_checkpoint(checkpoint, vkey)
    assert index < size
    path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    # RFC 9162, section 2.1.3.2.
    fn, sn, r = index, size - 1, leaf_hash(entries[index])
    for p in path:
        assert sn != 0 and len(p) == 32
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0 and r == root


def main():
    command, root, vkey = sys.argv[1:4]
    log = Log(root, sys.argv[4] if len(sys.argv) > 4 else None)
    entries = fetch(log, vkey)
    if command == "proof":
        check_proof(sys.stdin.buffer.read(), entries, vkey)
    else:
        for entry in entries:
            print(json.dumps(entry.decode()))


main()
