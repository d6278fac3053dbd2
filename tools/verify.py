#!/usr/bin/env python3
"""The second verifier of Aktenspur: checks a ledger directory, or a bundle exported from one.

    tools/verify.py PATH [--checkpoint FILE]... [--key VKEY] [--documents] [--json]

Written from the description of the format: it shares no code with the program it checks, and writes nothing into what
it reads. Needs Python 3.9 and, for Ed25519, the `openssl` command 3.0. Exit status: 0 sound, 1 not sound, 64 usage.
A finding about the log names the sequence of the first record affected. Not checked: RFC 3161 time stamps, the schemas
of domain packs, sealed fields. Memory: some 200 bytes a record, whatever the length of the lines.
"""
import argparse, array, base64, datetime, functools, hashlib, itertools, json, os, re, subprocess, sys, tarfile, tempfile
from pathlib import Path

OPENED, PACKS, ANCHORED, RESUMED, FILED, DESTROYED = (
    "de.aktenspur.ledger." + verb for verb in ("eroeffnet", "fachpakete-gesetzt", "verankert", "wiederaufgenommen",
                                               "dokument-abgelegt", "dokument-vernichtet"))
def demand(holds, otherwise):
    if not holds: raise ValueError(otherwise)
class Report(dict):
    """What `verify --json` prints."""
    def find(self, kind, sequence, detail, line=None):
        self["ok"] = False
        self["findings"].append({"kind": kind, "sequence": sequence, "segment": line and line.segment,
                                 "offset": line and line.offset, "detail": detail})
# -- The record: a line of JSON (log format, "Record"; CloudEvents 1.0; RFC 8259, RFC 7493) ----------------------------
MAX_LINE, MAX_NESTING, MAX_GAP, TOLERANCE = 65_535, 64, 1 << 20, 600  # bytes, levels, lines looked ahead, seconds
# The only way to write the members before the data: their order, shortest strings (S: no escape that JSON does not
# demand), no white space. Extension attributes stand before `sequence`, in ASCII order.
HEAD = re.compile((r'\{"specversion":"1\.0","id":S,"source":S,"type":S,"subject":S(?:,"time":S)?'
    r'(?:,"(?!sequence")[a-z0-9]+":(?:S|0|-?[1-9]\d*|true|false))*'
    r',"sequence":"\d{20}","subjectversion":[1-9]\d*,"recordedtime":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",'
    r'"recordedby":S(?:,"batchend":"\d{20}")?,"previoushash":"[0-9a-f]{64}"(?:,"datacontenttype":S)?'
    r'(?:,"dataschema":S)?(?:,"(data)":|(?:,"data_base64":S)?\}\Z)')
    .replace("S", r'"P*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))P*)*"')
    .replace("P", r'[^"\\\0-\x1f]').encode())
NOT_EXTENSIONS = {"specversion", "id", "source", "type", "subject", "time", "subjectversion", "recordedtime",
                  "recordedby", "batchend", "previoushash", "datacontenttype", "dataschema", "data", "expectedversion"}
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
DIGEST = re.compile(rb'"sha256:([0-9a-f]{64})"')
def posix(time): return datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
def unique(pairs):
    """An object whose member names differ, compared after decoding (RFC 7493 section 2.3)."""
    members = dict(pairs)
    demand(len(members) == len(pairs), "a member name stands twice in an object")
    return members

DECODER = json.JSONDecoder(object_pairs_hook=unique, parse_float=str, parse_constant=int,  # int("NaN") raises
                           parse_int=lambda digits: int(digits) if len(digits) < 20 else digits)
def strict_json(raw):
    """The value of a JSON text: valid UTF-8, no lone surrogates, no name twice in an object."""
    value = DECODER.decode(raw.decode("utf-8"))
    if b"\\u" in raw:
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # raises on a lone surrogate
    return value
def parse_record(raw):
    """The members of a line, less its LF. The data keeps the bytes that its sender chose."""
    demand(len(raw) <= MAX_LINE, "longer than %d bytes" % MAX_LINE)
    record, head = strict_json(raw), HEAD.match(raw)
    demand(head, "the members before the data are not in the order and form of the format")
    names = list(record)
    extensions = names[5 + ("time" in record):names.index("sequence")]
    demand(NOT_EXTENSIONS.isdisjoint(extensions) and extensions == sorted(extensions), "not the extensions of a record")
    demand(not head[1] or names[-1] == head[1].decode(), "a member behind the data")
    skeleton = STRING.sub(b"", raw[head.end():])
    demand(not any(space in skeleton for space in b" \t\r\n"), "white space outside strings")
    if skeleton.count(b"{") + skeleton.count(b"[") >= MAX_NESTING:
        depths = itertools.accumulate((byte in b"{[") - (byte in b"}]") for byte in b"{" + skeleton)
        demand(max(depths) <= MAX_NESTING, "nested deeper than %d" % MAX_NESTING)
    posix(record["recordedtime"])  # raises on the 30th of February
    integers = [record[name] for name in extensions if type(record[name]) is int]
    demand(all(-1 << 31 <= value < 1 << 31 for value in integers), "an extension is no 32-bit integer")
    demand(record.get("batchend", record["sequence"]) >= record["sequence"], "batchend is before this sequence")
    return record
class Line:
    """A line as it was found: its place, its leaf hash and, where it is a record, what it says of itself."""
    def __init__(self, raw, segment, offset, total=0, named=None):
        self.raw, self.segment, self.offset, self.leaf = raw, segment, offset, sha256(b"\0" + raw)  # RFC 6962
        self.total, self.named = total, named  # the log's bytes before it; at the start of a segment, that one's name
        self.record = self.fault = self.sequence = self.previous = None
        try:
            self.record = parse_record(raw)
            self.sequence, self.previous = int(self.record["sequence"]), bytes.fromhex(self.record["previoushash"])
        except (ValueError, TypeError, RecursionError) as error:
            self.fault = str(error)
# -- The Merkle tree and its proofs (RFC 6962 section 2.1) -------------------------------------------------------------
def sha256(data): return hashlib.sha256(data).digest()
def node_hash(left, right): return sha256(b"\1" + left + right)
def fold(subtrees):
    """The root over perfect subtrees (width, hash) that stand side by side, the widest first."""
    stack = []
    for width, digest in subtrees:
        while stack and stack[-1][0] == width:
            width, digest = 2 * width, node_hash(stack.pop()[1], digest)
        stack.append((width, digest))
    digest = stack.pop()[1] if stack else sha256(b"")
    while stack:
        digest = node_hash(stack.pop()[1], digest)
    return digest
class Tree:
    """The leaf hashes, and every eighth level above them: what C2SP tlog-tiles keeps in its tiles."""
    def __init__(self):
        self.levels, self.size = [bytearray()], 0
        self.unknown = set()  # leaves of lost records whose hash no successor names
    def put(self, index, leaf, level=0):
        """Sets a leaf, None where nobody knows it, and what stands above it."""
        if level == 0:
            (self.unknown.discard if leaf else self.unknown.add)(index)
            self.size = max(self.size, index + 1)
        elif level == len(self.levels):
            self.levels.append(bytearray())
        self.levels[level][index * 32:index * 32 + 32] = leaf or bytes(32)
        first = index & ~255
        if len(self.levels[level]) >= (first + 256) * 32:
            self.put(index >> 8, fold((1, self.node(level, i)) for i in range(first, first + 256)), level + 1)
    def node(self, level, index): return bytes(self.levels[level][index * 32:index * 32 + 32])
    def knows(self, size): return size <= self.size and min(self.unknown, default=size) >= size
    def root(self, size):
        """The root over the first `size` leaves: whole tiles first, then what is left on each level below."""
        subtrees, start = [], 0
        for level in reversed(range(len(self.levels))):
            end = size >> 8 * level
            subtrees += ((256 ** level, self.node(level, i)) for i in range(start, end))
            start = end << 8
        return fold(subtrees)
def inclusion_root(leaf, index, size, path):
    """The root that a proof leads to, from the leaf's sibling up to the root's child (RFC 6962 section 2.1.1)."""
    demand(index < size and (size == 1) != bool(path), "the proof has another length than the tree asks for")
    if size == 1: return leaf
    half, path, sibling = 1 << (size - 1).bit_length() - 1, path[:-1], path[-1]  # half: the power of two below size
    if index < half:
        return node_hash(inclusion_root(leaf, index, half, path), sibling)
    return node_hash(sibling, inclusion_root(leaf, index - half, size - half, path))
def consistency_roots(old_size, size, path, old_root, whole=True):
    """The two roots that a proof leads to (RFC 6962 section 2.1.2, SUBPROOF: `whole` is its b)."""
    if old_size == size and len(path) == (0 if whole else 1):
        return (old_root, old_root) if whole else (path[0], path[0])
    demand(0 < old_size < size and path, "the proof has another length than the trees ask for")
    half, path, other = 1 << (size - 1).bit_length() - 1, path[:-1], path[-1]
    if old_size <= half:
        old, new = consistency_roots(old_size, half, path, old_root, whole)
        return old, node_hash(new, other)
    old, new = consistency_roots(old_size - half, size - half, path, old_root, False)
    return node_hash(other, old), node_hash(other, new)
# -- Signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature) ------------------------------------------------
ED25519, COSIGNATURE = b"\1", b"\4"
unbase64 = functools.partial(base64.b64decode, validate=True)
SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what stands before an Ed25519 key in its DER form
def ed25519(public, message, signature):
    """Whether the signature holds, by `openssl pkeyutl`, which reads files only."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in ("key", SPKI + public), ("message", message), ("signature", signature):
            Path(folder, name).write_bytes(content)
        command = "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in message -sigfile signature"
        done = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True)
    if done.returncode and "Verification Failure" not in done.stdout:
        sys.exit("verify.py: openssl cannot verify Ed25519: " + done.stderr.strip())
    return done.returncode == 0
class VerifierKey:
    """NAME+KEYID+BASE64 (signed-note, "Verifier keys")."""
    FORM = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)")
    def __init__(self, text):
        self.name, key_id, material = self.FORM.fullmatch(text).groups() if self.FORM.fullmatch(text) else ("", "", "")
        material = unbase64(material)
        self.kind, self.public, self.id = material[:1], material[1:], sha256(self.name.encode() + b"\n" + material)[:4]
        fits = len(self.public) == 32 and key_id == self.id.hex()
        demand(fits and self.kind in (ED25519, COSIGNATURE), "no Ed25519 verifier key: " + text)
    def verifies(self, text, signature):
        time, signature = (signature[:8], signature[8:]) if self.kind == COSIGNATURE else (b"", signature)
        if time: text = b"cosignature/v1\ntime %d\n%s" % (int.from_bytes(time, "big"), text)
        return len(signature) == 64 and time < b"\x80" and ed25519(self.public, text, signature)
class Checkpoint:
    """A signed note over origin, size and root."""
    FORM = re.compile(r"((L)\n(0|[1-9]\d{0,18})\n(L)\n(?:L\n)*)\n((?:\u2014 [^\s+]+ \S+\n)+)"
                      .replace("L", r"[^\0-\x1f]+").replace(r"\d", "[0-9]"))
    def __init__(self, raw):
        match = self.FORM.fullmatch(raw.decode("utf-8"))
        demand(match, "no signed note over origin, size and root")
        self.raw, self.text, self.origin, self.size = raw, match[1].encode(), match[2], int(match[3])
        lines = (line.split(" ") for line in match[5].splitlines())
        self.root, self.signatures = unbase64(match[4]), [(name, unbase64(blob)) for _, name, blob in lines]
    def verify(self, key, witnesses):
        """Each signature line of a known key must hold, and one must be the log's."""
        lines = [(known, blob) for known in (key, *witnesses) for name, blob in self.signatures
                 if known.startswith("%s+%s+" % (name, blob[:4].hex()))]
        for known, blob in lines:
            demand(VerifierKey(known).verifies(self.text, blob[4:]), "the signature by %s does not hold" % known)
        demand(key in dict(lines), "the expected key %s has not signed" % key)
# -- Where the files lie -----------------------------------------------------------------------------------------------
class Source:
    """A ledger directory, or a bundle: one ustar file, read by name without unpacking it."""
    MEMBER = re.compile(r"bundle\.json|LIESMICH\.html|verifier\.key|checkpoint(s/N)?|consistency/N-N|log/N\.ndjson|"
                        r"records\.ndjson|proofs/N\.tlog-proof|documents/sha256/[0-9a-f]{2}/[0-9a-f]{62}"
                        .replace("N", "[0-9]{20}"))
    def __init__(self, path, report):
        self.files, self.bundle = {}, not os.path.isdir(path)  # name of each file: how to open it
        if self.bundle: self.open_bundle(path, report)
        newest = os.path.join(path, "checkpoint")  # before the log is looked at: a daemon may be writing
        self.newest = Path(newest).read_bytes() if os.path.exists(newest) else self.read("checkpoint")
        for file in (os.path.join(at, name) for at, _, names in os.walk(path) for name in names):
            self.files[os.path.relpath(file, path)] = functools.partial(open, file, "rb")
    def open_bundle(self, path, report):
        try:
            tar = tarfile.open(path, "r:")
            for member in tar:
                if not self.MEMBER.fullmatch(member.name) or not member.isreg() or member.name in self.files:
                    report.find("malformed", None, "no member of a bundle, or there twice: " + member.name)
                else:
                    self.files[member.name] = functools.partial(tar.extractfile, member)
            tar.fileobj.seek(tar.offset)
            demand(not any(tar.fileobj.read(1 << 20)), "what follows the last member is none")
        except (tarfile.TarError, ValueError) as error:
            report.find("malformed", None, "no ustar file: %s" % error)
        for name in {"bundle.json", "LIESMICH.html", "verifier.key", "checkpoint"} - self.files.keys():
            report.find("missing", None, "the bundle has no " + name)
    def names(self, folder): return sorted(name for name in self.files if name.startswith(folder + "/"))
    def read(self, name): return self.files[name]().read() if name in self.files else b""
# -- The order of the lines (log format: previoushash of record n is the leaf hash of record n-1) ----------------------
SEGMENT = re.compile(r"log/(\d{20})\.ndjson", re.ASCII)
MERGED = re.compile(rb'\}(?:[^\n}]|)(?=\{"specversion":"1\.0",|\Z)')  # another byte, or none, for the line feed
TILE = re.compile(r"tile/([0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
def read_lines(source, names, report):
    """The lines of the segments; an unfinished one at the very end is not yet a record."""
    for name in names:
        segment, offset, named = name.rpartition("/")[2], 0, int(re.search("[0-9]{20}|$", name)[0] or 0)
        with source.files[name]() as file:
            for raw in iter(lambda: file.readline(4 * MAX_LINE), b""):
                ended = raw.endswith(b"\n")
                if not ended and name == names[-1]: return
                lines = [Line(raw[:-1] if ended else raw, segment, offset, report["bytes"], named)]
                merged = not lines[0].record and MERGED.search(raw)
                if merged:
                    parts = raw[:merged.start() + 1], raw[merged.end():].rstrip(b"\n")
                    lines = [Line(part, segment, offset, report["bytes"], named) for part in parts if part]
                if lines[0].record and (merged or not ended):
                    lines[0].fault = "the line feed behind the record is overwritten or missing"
                yield from lines
                offset, named = offset + len(raw), None
                report["bytes"] += len(raw)
        if not offset and name != names[-1]:
            yield Line(b"", segment, 0)  # stands for an empty segment
class Chain:
    """Tells a damaged log's lines apart, with two lines of foresight, so that one damage gives one finding.
    A record is altered if its successor names another hash and is itself vouched for by its own successor; the tree
    then goes on with the hash named. If nobody vouches for the successor, either may be the altered one: that doubt
    is left to the root of a checkpoint."""
    def __init__(self, report, history):
        self.report, self.history, self.tree = report, history, Tree()
        self.next, self.head = 0, bytes(32)  # what the next record must say; no head: the record before is lost
        self.aside, self.was_aside = {}, False  # lines that came too early, by sequence; whether the last line was one
        self.absent, self.altered, self.doubts = {}, set(), []
    def run(self, lines):
        x = y = None
        for z in itertools.chain(lines, (None, None)):
            if x: self.step(x, y, z)
            x, y = y, z
        self.recall()
        for line in self.aside.values():
            self.report.find("inserted", line.sequence, "another record stands in its place", line)
        for n, line in self.absent.items():
            if n - 1 not in self.absent:
                self.report.find("missing", n, "the records from here on are missing", line)
    def step(self, x, y, z):
        """Finds the place of line x; y and z are those behind it."""
        find, was_aside, self.was_aside = self.report.find, self.was_aside, False
        if x.record and x.sequence > self.next: self.recall()
        n, head = self.next, self.head
        y_fits = bool(head and y) and (y.sequence, y.previous) == (n, head)
        if not x.record:
            if y_fits or not x.raw or head and y and z and y.sequence == n and z.previous == y.leaf:
                find("inserted", n, "no record, and none is missing here: " + x.fault, x)
            elif head or not (y and y.sequence == n):  # else a piece of the line before
                find("malformed", n, x.fault, x)
                self.lose(y.previous if y and y.sequence == n + 1 else None)
            return
        if x.sequence == n and x.named not in (None, n):
            self.alter(n, x, "the segment should be named %020d.ndjson" % n)
        rival = y_fits and z and z.previous == y.leaf != x.leaf  # y is the record that belongs here
        if x.previous == head and not rival and (x.sequence == n or not y_fits):
            self.accept(x, y, z)
        elif x.sequence in self.absent:
            find("reordered", x.sequence, "the record stands behind its place", x)
            del self.absent[x.sequence]
            if x.sequence in self.tree.unknown:
                self.tree.put(x.sequence, x.leaf)
            elif self.tree.node(0, x.sequence) != x.leaf:
                self.alter(x.sequence, x)
        elif x.sequence < n or x.sequence in self.aside or y_fits and x.sequence == n or x.sequence > n + MAX_GAP:
            find("inserted", min(x.sequence, n + MAX_GAP), "the record does not belong here", x)
        elif x.sequence == n:
            if head: self.alter(max(n - 1, 0), x)
            self.tree.put(max(n - 1, 0), x.previous)
            self.accept(x, y, z)
        elif was_aside and x.sequence == n + 1 or not (y_fits or y and y.record and y.sequence != x.sequence + 1):
            for n in range(n, x.sequence):
                self.absent[n] = x
                self.lose(x.previous if n + 1 == x.sequence else None)
            self.accept(x, y, z)
        else:
            self.aside[x.sequence], self.was_aside = x, True
    def accept(self, x, y=None, z=None):
        n, self.next, self.head = self.next, self.next + 1, x.leaf
        self.tree.put(n, x.leaf)
        if x.fault or x.sequence != n or not n and x.previous != bytes(32):
            self.alter(n, x, x.fault or "its sequence or previoushash is not that of its place")
        z_fits = z and (z.sequence, z.previous) == (n + 1, x.leaf)
        if y and y.sequence == n + 1 and y.previous != x.leaf and not z_fits:
            self.head = y.previous
            if z and z.previous == y.leaf:
                self.tree.put(n, y.previous)
                self.alter(n, x)
            else:
                self.doubts.append((n, x, y))
        self.history.take(x, n, n not in self.altered)
    def lose(self, leaf):
        """Leaves a place for a record that is not there, or not readable."""
        self.tree.put(self.next, leaf)
        self.next, self.head, self.history.lost = self.next + 1, leaf, self.history.lost + 1
    def alter(self, n, line, detail="neither a successor nor a checkpoint vouches for the record"):
        if n not in self.altered:
            self.altered.add(n)
            self.history.lost += 1
            self.report.find("altered", n, detail, line)
    def recall(self):
        """Takes in the lines set aside whose place has come."""
        while self.next in self.aside:
            line = self.aside.pop(self.next)
            self.report.find("reordered", self.next, "the record stands before its place", line)
            self.accept(line)
    def decide(self, checkpoints):
        """Settles the doubts: by the root of a checkpoint, else by the fewest altered records."""
        for checkpoint in sorted(checkpoints, key=lambda checkpoint: checkpoint.size):
            doubts = [doubt for doubt in self.doubts if doubt[0] < checkpoint.size][:10]
            for leaves in itertools.product(*((x.leaf, y.previous) for _, x, y in doubts)) if doubts else ():
                for (n, _, _), leaf in zip(doubts, leaves):
                    self.tree.put(n, leaf)
                if self.tree.knows(checkpoint.size) and self.tree.root(checkpoint.size) == checkpoint.root:
                    del self.doubts[:len(doubts)]
                    for (n, x, _), leaf in zip(doubts, leaves):
                        if leaf != x.leaf: self.alter(n, x)
                    break
        for n, _, y in self.doubts:
            self.tree.unknown.add(n)
            if n not in self.altered: self.alter(n + 1, y)
# -- What the records say beside each other ----------------------------------------------------------------------------
class History:
    """Versions, repeated source and id, times, batches; and what the ledger's own records name."""
    def __init__(self, report):
        self.report, self.lost = report, 0  # lost: how many records so far have no content one can trust
        self.versions, self.seen, self.latest, self.opening, self.anchors = {}, set(), "", {}, []
        self.times = array.array("d")  # when each record was recorded, in POSIX seconds; 0 where that is not known
        self.names = [[None, None, 0]]  # under which the log was signed, see read_names
        self.filed = {}  # the contents that were filed and not destroyed since
        self.batch, self.named = None, {}  # of the batch that is open: first, last, its first line
    def take(self, line, n, sound):
        """A record in its place; of one that is altered only the key counts, if it is record 0."""
        record, find, data = line.record, self.report.find, line.record.get("data")
        if n == 0 and record["type"] == OPENED and isinstance(data, dict):
            self.opening = data
        if not sound: return
        identity = sha256("{}:{source}{id}".format(len(record["source"]), **record).encode())[:16]
        if identity in self.seen:
            find("duplicate", n, "source and id as in an earlier record", line)
        self.seen.add(identity)
        subject, version = record["subject"], record["subjectversion"]
        expected = self.versions.get(subject, 0) + 1
        if not expected <= version <= expected + self.lost:
            find("version", n, "version %d of %s, expected %d" % (version, subject, expected), line)
        self.versions[subject] = version
        if record["recordedtime"] < self.latest:
            find("time", n, "recorded before an earlier record", line)
        self.latest = max(self.latest, record["recordedtime"])
        self.times.extend([0] * (n + 1 - len(self.times)))
        self.times[n] = posix(record["recordedtime"])
        end = int(record.get("batchend", -1))
        first, last, start = self.batch or (n, end, line)
        if end != last:
            find("malformed", n, "is of the batch %d to %d, but names another end" % (first, last), line)
        elif line.segment != start.segment:
            find("malformed", n, "the batch crosses into another segment", line)
            start = line
        self.batch = (first, last, start) if n < last else None
        if record["type"] in (PACKS, ANCHORED):
            for digest in DIGEST.findall(line.raw.partition(b',"data":')[2]):
                self.named.setdefault(digest.decode(), (n, line))
        if record["type"] in (FILED, DESTROYED):
            digest = DIGEST.search(line.raw.partition(b',"data":')[2])
            if record["type"] == DESTROYED: self.filed.pop(digest[1] if digest else b"", None)
            elif digest: self.filed[digest[1]] = (n, line)
        if record["type"] in (ANCHORED, RESUMED):
            data = data if isinstance(data, dict) else {}
            self.anchors.append((n, line, data if record["type"] == ANCHORED else {**data, "art": RESUMED}))
        line.raw = line.record = None  # of a line that is remembered, only the place is
# -- The whole log -----------------------------------------------------------------------------------------------------
def read_names(history, key):
    """Under which names the log was signed: [name, key, number of records before]; restoring a backup adds one.
    The key given must be among theirs; else nothing counts but that key."""
    first = history.opening.get("verifierkey", key)
    names = [[history.opening.get("origin", (key or first).partition("+")[0]), first, 0]]
    for n, _, data in history.anchors:
        try:
            new, known = VerifierKey(data["verifierkey"]), [name for name, _, _ in names]
            demand(data["art"] == RESUMED and data["origin"] == known[-1], "no resumption of this log")
            fits = type(data["size"]) is int and len(unbase64(data["root"])) == 32 and data["signatur"] + ""
            demand(fits and data["size"] >= 0, "it names no checkpoint")
            demand(new.kind == ED25519 and new.name == data["neuerorigin"] not in known, "no new name with its key")
            names.append([new.name, data["verifierkey"], n])
        except (ValueError, KeyError, TypeError):
            pass  # check_anchors says so
    return names if key in (None, *(known for _, known, _ in names)) else [[names[0][0], key, 0]]
def read_checkpoints(source, report, given, key, history):
    """{name: checkpoint} of the newest, of those that left the house and of those given, as far as they count."""
    files = {"checkpoint": source.newest, **{name: source.read(name) for name in source.names("checkpoints")}, **given}
    report["checkpoints"], found = sum(map(bool, files.values())), {}
    if not (key or history.opening.get("verifierkey")):
        report.find("signature", None, "there is no record 0 that names a key")
        return found
    names = history.names = read_names(history, key)
    report["keys"], report["origin"] = [known for _, known, _ in names], names[-1][0]
    if not key:
        print("verify.py: no --key given; taken from the log: %s" % ", ".join(report["keys"]), file=sys.stderr)
    for file, raw in files.items():
        end = None
        try:
            found[file] = checkpoint = Checkpoint(raw)
            place = next((place for place, name in enumerate(names) if name[0] == checkpoint.origin), None)
            demand(place is not None, "it is of the log %s" % checkpoint.origin)
            end = names[place + 1][2] if place + 1 < len(names) else sys.maxsize
            checkpoint.verify(names[place][1], {str(data.get("zeuge")) for _, _, data in history.anchors})
            demand(not place or checkpoint.size > names[place][2], "it is older than its name")
            demand(file != "checkpoint" or place + 1 == len(names), "the log is signed as %s now" % names[-1][0])
        except ValueError as error:
            if file not in given:  # what an auditor brings is compared, whoever has signed it
                found.pop(file, None)
            if raw or not source.bundle:  # a missing member of a bundle is named already
                report.find("signature", None, "%s: %s" % (file, error if raw else "it is missing"))
        if file in found and end is not None and found[file].size > end:  # more than was restored
            report.find("truncated", end, "%s has %d records" % (file, found.pop(file).size))
    return found
def verify_log(source, report, given, key, documents):
    """A ledger directory, or the bundle of a whole ledger."""
    names = [name for name in source.names("log") if SEGMENT.fullmatch(name)]
    history = History(report)
    chain = Chain(report, history)
    chain.run(read_lines(source, names, report))
    checkpoints, tree = read_checkpoints(source, report, given, key, history), chain.tree
    own, end = checkpoints.get("checkpoint"), chain.next
    if history.batch and history.batch[1] >= end:
        if history.batch[0] >= (own.size if own else 0):  # a reader sees no part of it
            end, report["bytes"] = history.batch[0], history.batch[2].total
        else:
            report.find("truncated", end, "the batch %d to %d is not complete" % history.batch[:2])
    if not end: report.find("truncated", 0, "the log is empty")
    elif int(names[-1][4:24]) > chain.next:
        report.find("missing", chain.next, "the records before the segment %s are missing" % names[-1])
    chain.decide(checkpoints.values())
    for name, checkpoint in checkpoints.items():
        size = checkpoint.size
        if size > end:
            report.find("truncated", end, "the log ends here, %s says %d" % (name, size))
        elif tree.knows(size) and tree.root(size) != checkpoint.root:
            report.find("altered" if checkpoint is own else "inconsistent", max(size - 1, 0),
                        "the first %d records do not have the root of %s" % (size, name))
    signed, root = (min(own.size, end), own.root) if own else (0, tree.root(end) if tree.knows(end) else b"")
    report.update(records=end, signed=signed, unsigned=end - signed, root=base64.b64encode(root).decode() or None)
    check_tiles(source, report, tree)
    check_anchors(report, history, tree, checkpoints.values())
    if documents: check_documents(source, report, history)
    return own, history
def check_anchors(report, history, tree, checkpoints):
    """What records say that others, or an earlier key, have confirmed: roots, signatures, times. Of stamps the root."""
    claims = {(checkpoint.size, checkpoint.root) for checkpoint in checkpoints}  # a false one is found there
    for n, line, data in history.anchors:
        try:
            size, root, time = data["size"], unbase64(data["root"]), None
            demand(type(size) is int and 0 <= size <= n, "it covers more than was there")
            name, known, _ = next((name for name in reversed(history.names) if size > name[2]), history.names[0])
            if data["art"] == RESUMED:
                demand(size == n and n in [begin for _, _, begin in history.names], "no resumption of this log")
                Checkpoint("{origin}\n{size}\n{root}\n\n{signatur}\n".format(**data).encode()).verify(known, ())
            if data["art"] == "zeuge":
                note = Checkpoint("{}\n{size}\n{root}\n\n{cosignatur}\n".format(name, **data).encode())
                key, [(name, blob)] = VerifierKey(data["zeuge"]), note.signatures
                demand((key.kind, name, blob[:4]) == (COSIGNATURE, key.name, key.id), "it is not by the witness named")
                time = int.from_bytes(blob[4:12], "big")
                demand(key.verifies(note.text, blob[4:]) and posix(data["zeit"]) == time, "it does not hold")
        except (ValueError, KeyError, TypeError) as error:
            report.find("signature", n, "the anchor: %s" % error, line)
            continue
        if tree and tree.knows(size) and tree.root(size) != root and (size, root) not in claims:
            report.find("inconsistent", max(size - 1, 0), "another root was anchored in record %d" % n)
        if tree and time and 0 < size <= len(history.times) and history.times[size - 1] > time + TOLERANCE:
            report.find("time", size - 1, "recorded after it was anchored", line)
        if time and history.times[n] < time - TOLERANCE:
            report.find("time", n, "recorded before it was anchored", line)
def check_tiles(source, report, tree):
    """Tiles may lag behind or be absent; those that are there are those of this tree (C2SP tlog-tiles)."""
    for match in filter(None, map(TILE.fullmatch, source.names("tile"))):
        level, first = int(match[1]), int(re.sub("[x/]", "", match[2])) * 256
        content, width, span = source.read(match[0]), int(match[3] or 256), 256 ** level
        wrong = [i for i in range(first, min(first + width, tree.size // span))
                 if content[(i - first) * 32:][:32] != tree.node(level, i) and tree.knows((i + 1) * span)]
        if wrong or len(content) != width * 32:
            report.find("tiles", span * (wrong[0] if wrong else first), match[0] + " is not a tile of this log")
def hash_file(file):
    hasher = hashlib.sha256()
    with file:
        for part in iter(lambda: file.read(1 << 20), b""): hasher.update(part)
    return hasher.hexdigest()
def check_documents(source, report, history):
    """Each document has the content it is named for, and each that the ledger's own records name is there."""
    named = dict(history.named)
    if not source.bundle: named.update((digest.decode(), place) for digest, place in history.filed.items())
    names = {name[17:].replace("/", ""): name for name in source.names("documents/sha256")}
    there = {digest: name for digest, name in names.items() if re.fullmatch("[0-9a-f]{64}", digest)}
    for digest, name in there.items():
        if hash_file(source.files[name]()) != digest:
            report.find("document-altered", None, name + " has another content")
    for digest, place in history.named.items():  # a pack's is that of its manifest: the digest and name of each file
        files = re.findall(rb"(?m)^([0-9a-f]{64})  ", source.read("documents/sha256/%s/%s" % (digest[:2], digest[2:])))
        named.update((file.decode(), place) for file in files)
    for digest in named.keys() - there.keys():
        n, line = named[digest]
        report.find("document-missing", n, "the document sha256:%s is missing" % digest, line)
    if not source.bundle:  # no finding: filing may have been cut off before its record, a backup be ahead of its log
        report["documents"] = {"contents": len(there), "omitted": 0, "surplus": sorted(
            ["sha256:" + digest for digest in there.keys() - named.keys()]
            + [name[17:] for digest, name in names.items() if digest not in there])}
# -- A bundle ----------------------------------------------------------------------------------------------------------
def verify_bundle(source, report, given, key, documents):
    about = strict_json(source.read("bundle.json"))
    demand(about["format"] == "aktenspur-bundle/1", "expected format aktenspur-bundle/1")
    if "records.ndjson" not in source.files:
        own, history = verify_log(source, report, given, key, True)
    else:
        own, history = verify_selection(source, report, given, key, **about["selection"])
    if own and (about["origin"], about["size"], unbase64(about["root"])) != (own.origin, own.size, own.root):
        report.find("inconsistent", max(own.size - 1, 0), "bundle.json says another origin, size or root")
    if source.read("verifier.key").decode() not in ("", "%s\n" % history.names[-1][1]):
        report.find("signature", None, "verifier.key is not the key of the checkpoint")
def verify_selection(source, report, given, key, **selection):
    """Single records, each with its proof (C2SP tlog-proof) that leads to the one checkpoint of the bundle."""
    history, lines, last = History(report), {}, -1
    proofs = {int(name[7:27]): source.read(name) for name in source.names("proofs")}
    rank, taken = {n: place for place, n in enumerate(sorted(proofs))}, itertools.count()
    for line in read_lines(source, sorted({"records.ndjson"} & source.files.keys()), report):
        n = line.sequence if line.record else min((n for n in proofs if n > last), default=last + 1)
        if n <= last or not line.record:
            kind = "malformed" if not line.record else "inserted" if n in lines else "reordered"
            report.find(kind, n, line.fault or "the sequences do not ascend", line)
        else:
            lost = max(rank.get(n, 0) - next(taken), 0)  # how many before it should be there and are not
            history.lost = lost if line.record["subject"] == selection.get("subject") else sys.maxsize
            history.take(line, n, True)
        last = max(n, last)
        lines.setdefault(n, line)
    first = next(n for n in itertools.count(selection.get("from", 0)) if n not in lines)
    absent = {0, first} - lines.keys() if first <= selection.get("to", -1) else {0} - lines.keys()
    for n in proofs.keys() ^ lines.keys() | absent:
        report.find("missing", n, "the record or its proof is missing", lines.get(n))
    checkpoints = read_checkpoints(source, report, given, key, history)
    own = checkpoints.pop("checkpoint", None)
    for n in lines.keys() & proofs.keys() if own else ():
        try:
            check_proof(proofs[n], n, lines[n].leaf, own)
            demand(n + 1 not in lines or lines[n + 1].previous in (None, lines[n].leaf), "its successor says otherwise")
        except ValueError as error:
            if lines[n].previous:  # else it is named already, as malformed
                report.find("altered", n, str(error), lines[n])
    for name, old in checkpoints.items() if own else ():
        try:
            proof = source.read("consistency/%020d-%020d" % (old.size, own.size)).decode().splitlines()
            roots = consistency_roots(old.size, own.size, list(map(unbase64, proof)), old.root)
            demand(roots == (old.root, own.root), "the proof does not lead to both roots")
        except ValueError as error:
            report.find("inconsistent", max(old.size - 1, 0), "%s: %s" % (name, error))
    check_anchors(report, history, None, ())
    signed, root = (len(lines), base64.b64encode(own.root).decode()) if own else (0, None)
    report.update(records=len(lines), signed=signed, unsigned=len(lines) - signed, root=root)
    check_documents(source, report, history)
    return own, history
def check_proof(proof, index, leaf, checkpoint):
    match = re.fullmatch(rb"c2sp\.org/tlog-proof@v1\n(?:extra \S+\n)?index (\d+)\n((?:\S+\n)*)\n(.*)", proof, re.DOTALL)
    demand(match and match[1] == b"%d" % index and match[3] == checkpoint.raw, "no proof of it to this checkpoint")
    root = inclusion_root(leaf, index, checkpoint.size, [unbase64(line) for line in match[2].split()])
    demand(root == checkpoint.root, "the proof does not lead to the root of the checkpoint")
# -- The command -------------------------------------------------------------------------------------------------------
def main():
    parser = argparse.ArgumentParser(description="Verify a ledger directory or a bundle of Aktenspur.")
    parser.add_argument("path", metavar="PATH", help="a ledger directory, or a bundle")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="one kept elsewhere")
    parser.add_argument("--key", metavar="VKEY", help="the verifier key kept elsewhere; without it, that of record 0")
    parser.add_argument("--documents", action="store_true", help="check the documents too; in a bundle always")
    parser.add_argument("--json", action="store_true", help="print what `aktenspur verify --json` prints")
    parser.error = lambda message: (parser.print_usage(sys.stderr), print(message, file=sys.stderr), sys.exit(64))
    options, report = parser.parse_args(), Report(ok=True, origin=None, signed=0, unsigned=0, root=None, keys=[],
                                                  checkpoints=0, records=0, bytes=0, findings=[])
    try:
        given = {path: Path(path).read_bytes() for path in options.checkpoint}
        options.key and VerifierKey(options.key)
        source = Source(options.path, report)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    try:
        (verify_bundle if source.bundle else verify_log)(source, report, given, options.key, options.documents)
    except (ValueError, KeyError, TypeError, AttributeError, tarfile.TarError) as error:
        report.find("malformed", None, "the bundle, or a record of the ledger's own: %r" % error)
    report["findings"].sort(key=lambda found: (-1 if found["sequence"] is None else found["sequence"], found["kind"]))
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        for found in report["findings"]:
            print("{kind}\t{sequence}\t{segment}\t{offset}\t{detail}".format(**found))
        print("{}: {records} records, {signed} signed".format("sound" if report["ok"] else "NOT SOUND", **report))
    return 0 if report["ok"] else 1

if __name__ == "__main__": sys.exit(main())
