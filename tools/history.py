#!/usr/bin/env python3
"""Checks a history of what clients of the ledger saw against the log, in the style of Jepsen.

    tools/history.py --self-test

A history is a list of operations. Each has `op`, `client`, `t0` and `t1` (when it was asked first and answered last, on one
monotonic clock) and what belongs to its kind:

  append    events (as sent), receipts (None where refused), status (of the last answer), contended (bool)
  altered   events (one, another content under an id that is recorded), status
  follow    start (first sequence asked for), lines (bytes, as they came, across reconnections)
  read      sequence, line (bytes)
  subject   subject, version (0 where there is none)
  checkpoint  size, root (base64)

`violations(history, lines)` returns what does not hold, in words; `lines` are the log's at the end. What must hold:

  recorded     an acknowledged event is in the log once, as its receipt says and with the content that was sent
  invented     nothing is in the log that was not sent, but what the ledger records itself
  duplicate    no source and id stands twice
  versions     the versions of each subject count 1, 2, 3 …
  order        what was answered before another was asked has the lower sequence
  contended    of those who expect the same version one wins; who was refused had lost
  batch        a batch is recorded whole and in one piece, or not at all
  altered      other content under a recorded id is refused
  followers    each record once, in order, without a gap, byte for byte
  reads        a record is what the log says; a subject is not older than what was acknowledged before the question
  checkpoints  each has the root of the log at its size, and later ones are not smaller
"""
import base64
import copy
import hashlib
import json
import sys


def leaf_hash(line):
    return hashlib.sha256(b"\x00" + line).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots(lines, sizes):
    """The root of the tree (RFC 6962 §2.1) over the first n lines, for each n."""
    wanted, found, stack = set(sizes), {}, []  # the stack holds perfect subtrees: (height, hash)
    for count, line in enumerate(lines, 1):
        stack.append((0, leaf_hash(line)))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (height, left), (_, right) = stack[-2], stack[-1]
            stack[-2:] = [(height + 1, node_hash(left, right))]
        if count in wanted:
            root = stack[-1][1]
            for _, left in reversed(stack[:-1]):
                root = node_hash(left, root)
            found[count] = root
    return found


class Check:
    def __init__(self, history, lines):
        self.history, self.lines, self.found = history, lines, []
        self.records = [json.loads(line) for line in lines]
        self.places = {}
        for place, record in enumerate(self.records):
            key = (record["source"], record["id"])
            if key in self.places:
                self.report("duplicate", "%s %s stands at %d and %d" % (key + (self.places[key], place)))
            self.places.setdefault(key, place)
        self.appends = [operation for operation in history if operation["op"] == "append"]

    def report(self, kind, text):
        self.found.append("%s: %s" % (kind, text))

    def run(self):
        self.whole_log()
        self.recorded()
        self.real_time_order()
        self.contended()
        self.batches()
        self.altered()
        self.followers()
        self.reads()
        self.checkpoints()
        return self.found

    def whole_log(self):
        versions, sent = {}, set()
        for operation in self.appends:
            sent.update((event["source"], event["id"]) for event in operation["events"])
        for place, record in enumerate(self.records):
            if int(record["sequence"]) != place:
                self.report("order", "line %d bears the sequence %s" % (place, record["sequence"]))
            subject = record["subject"]
            versions[subject] = versions.get(subject, 0) + 1
            if record["subjectversion"] != versions[subject]:
                self.report("versions", "record %d has version %d of %s, expected %d" % (
                    place, record["subjectversion"], subject, versions[subject]))
            if record["source"] != "urn:aktenspur:ledger" and (record["source"], record["id"]) not in sent:
                self.report("invented", "record %d (%s) was sent by nobody" % (place, record["id"]))

    def recorded(self):
        for operation in self.appends:
            for event, receipt in zip(operation["events"], operation["receipts"] or []):
                if receipt is None:
                    continue
                place = receipt["sequence"]
                if self.places.get((event["source"], event["id"])) != place:
                    self.report("recorded", "%s was acknowledged as %d and stands at %s" % (
                        event["id"], place, self.places.get((event["source"], event["id"]))))
                    continue
                record, line = self.records[place], self.lines[place]
                if receipt["leafhash"] != leaf_hash(line).hex():
                    self.report("recorded", "the receipt of %d has another hash" % place)
                for name in ("subject", "subjectversion", "recordedtime"):
                    if receipt[name] != record[name]:
                        self.report("recorded", "the receipt of %d has another %s" % (place, name))
                for name in ("id", "source", "type", "subject", "data"):
                    if event[name] != record[name]:
                        self.report("recorded", "record %d has another %s than was sent" % (place, name))

    def real_time_order(self):
        """Answered before asked means recorded before; an event that was in doubt counts from when it was asked first."""
        done = []  # (when answered, highest sequence)
        asked = []
        for operation in self.appends:
            receipts = [receipt for receipt in operation["receipts"] or [] if receipt]
            if receipts:
                done.append((operation["t1"], max(receipt["sequence"] for receipt in receipts)))
                # Nobody says which of a repeated event's questions was the one that recorded it.
                if not operation.get("repeated"):
                    asked.append((operation["t0"], min(receipt["sequence"] for receipt in receipts)))
        done.sort()
        highest, position = -1, 0
        for moment, lowest in sorted(asked):
            while position < len(done) and done[position][0] < moment:
                highest = max(highest, done[position][1])
                position += 1
            if lowest < highest:
                self.report("order", "record %d was asked for after %d had been answered" % (lowest, highest))

    def contended(self):
        winners, final = {}, {}
        for record in self.records:
            final[record["subject"]] = record["subjectversion"]
        for operation in self.appends:
            if not operation.get("contended"):
                continue
            event = operation["events"][0]
            expected = event["expectedversion"]
            receipt = (operation["receipts"] or [None])[0]
            if receipt:
                if receipt["subjectversion"] != expected + 1:
                    self.report("contended", "%s expected version %d and became %d" % (
                        event["id"], expected, receipt["subjectversion"]))
                other = winners.setdefault((event["subject"], expected), event["id"])
                if other != event["id"]:
                    self.report("contended", "%s and %s both won version %d of %s" % (
                        other, event["id"], expected, event["subject"]))
            elif operation["status"] == 409:
                if final.get(event["subject"], 0) <= expected:
                    self.report("contended", "%s lost version %d of %s, which nobody won" % (
                        event["id"], expected, event["subject"]))
                if (event["source"], event["id"]) in self.places:
                    self.report("contended", "%s was refused and is recorded" % event["id"])

    def batches(self):
        for operation in self.appends:
            if not operation.get("batch"):
                continue
            places = [self.places.get((event["source"], event["id"])) for event in operation["events"]]
            if all(place is None for place in places):
                continue
            if None in places or places != list(range(places[0], places[0] + len(places))):
                self.report("batch", "the batch of %s stands at %s" % (operation["events"][0]["id"], places))

    def altered(self):
        for operation in self.history:
            if operation["op"] == "altered" and operation["status"] != 409:
                self.report("altered", "%s was answered %d" % (operation["events"][0]["id"], operation["status"]))

    def followers(self):
        for operation in self.history:
            if operation["op"] != "follow":
                continue
            for place, line in enumerate(operation["lines"], operation["start"]):
                if place >= len(self.lines) or line != self.lines[place]:
                    sequence = json.loads(line).get("sequence") if line.startswith(b"{") else line[:40]
                    self.report("followers", "client %s got %s where record %d was due" % (
                        operation["client"], sequence, place))
                    break

    def reads(self):
        acknowledged = {}
        for operation in self.appends:
            for receipt in operation["receipts"] or []:
                if receipt:
                    acknowledged.setdefault(receipt["subject"], []).append((operation["t1"], receipt["subjectversion"]))
        best = {}
        for subject, answers in acknowledged.items():
            answers.sort()
            highest, best[subject] = 0, []
            for moment, version in answers:
                highest = max(highest, version)
                best[subject].append((moment, highest))
        final = {record["subject"]: record["subjectversion"] for record in self.records}
        for operation in self.history:
            if operation["op"] == "read" and operation["line"] != self.lines[operation["sequence"]]:
                self.report("reads", "record %d was read otherwise" % operation["sequence"])
            if operation["op"] == "subject":
                subject, known = operation["subject"], 0
                for moment, version in best.get(subject, []):
                    if moment >= operation["t0"]:
                        break
                    known = version
                if not known <= operation["version"] <= final.get(subject, 0):
                    self.report("reads", "%s had version %d, answered %d" % (subject, known, operation["version"]))

    def checkpoints(self):
        seen = sorted((o for o in self.history if o["op"] == "checkpoint"), key=lambda o: o["t0"])
        known = roots(self.lines, [operation["size"] for operation in seen])
        answered = sorted(seen, key=lambda o: o["t1"])
        largest, position = 0, 0
        for operation in seen:
            while position < len(answered) and answered[position]["t1"] < operation["t0"]:
                largest = max(largest, answered[position]["size"])
                position += 1
            if operation["size"] < largest:
                self.report("checkpoints", "one of %d records after one of %d" % (operation["size"], largest))
            if base64.b64decode(operation["root"]) != known.get(operation["size"]):
                self.report("checkpoints", "another root at size %d" % operation["size"])


def violations(history, lines):
    return Check(history, lines).run()


# -- The checker, checked ---------------------------------------------------------------------------------------------


def sample():
    """A sound history and its log."""
    lines, history, versions, clock = [], [], {}, [0.0]

    def tick():
        clock[0] += 1
        return clock[0]

    def record(event, batch_end=None):
        versions[event["subject"]] = versions.get(event["subject"], 0) + 1
        stored = dict(event, sequence="%020d" % len(lines), subjectversion=versions[event["subject"]],
                      recordedtime="2026-01-01T00:00:%02d.000000Z" % (len(lines) % 60))
        stored.pop("expectedversion", None)
        line = json.dumps(stored).encode()
        lines.append(line)
        return {"sequence": len(lines) - 1, "subject": event["subject"], "subjectversion": versions[event["subject"]],
                "leafhash": leaf_hash(line).hex(), "recordedtime": stored["recordedtime"], "duplicate": False}

    def event(number, subject, **more):
        return dict({"id": "e%d" % number, "source": "urn:test", "type": "t", "subject": subject, "data": {"n": number}}, **more)

    for number in range(6):
        sent, start = event(number, "a"), tick()
        history.append({"op": "append", "client": 0, "t0": start, "events": [sent], "receipts": [record(sent)],
                        "status": 201, "t1": tick()})
    batch, start = [event(number, "b") for number in (10, 11, 12)], tick()
    history.append({"op": "append", "client": 1, "t0": start, "batch": True, "events": batch,
                    "receipts": [record(one) for one in batch], "status": 201, "t1": tick()})
    for number, wins in ((20, True), (21, False)):
        sent, start = event(number, "c", expectedversion=0), tick()
        history.append({"op": "append", "client": 2, "t0": start, "contended": True, "events": [sent],
                        "receipts": [record(sent)] if wins else None, "status": 201 if wins else 409, "t1": tick()})
    history.append({"op": "altered", "client": 3, "t0": tick(), "events": [event(0, "a", data={"n": -1})], "status": 409,
                    "t1": tick()})
    history.append({"op": "follow", "client": 4, "t0": 0, "start": 2, "lines": list(lines[2:]), "t1": tick()})
    history.append({"op": "read", "client": 5, "t0": tick(), "sequence": 3, "line": lines[3], "t1": tick()})
    history.append({"op": "subject", "client": 5, "t0": tick(), "subject": "a", "version": 6, "t1": tick()})
    for size in (4, 9):
        root = base64.b64encode(roots(lines, [size])[size]).decode()
        history.append({"op": "checkpoint", "client": 5, "t0": tick(), "size": size, "root": root, "t1": tick()})
    return history, lines


def self_test():
    """Alters a sound history in every way that is looked for; each must be found under its name."""
    def of(history, op, place=0):
        return [operation for operation in history if operation["op"] == op][place]

    def drop(lines, place):
        del lines[place]

    def swap(values, one, other):
        values[one], values[other] = values[other], values[one]

    cases = {
        "a lost record": ("recorded", lambda h, l: drop(l, 5)),
        "a record that nobody sent": ("invented", lambda h, l: l.append(l[0].replace(b'"e0"', b'"e99"'))),
        "a record that stands twice": ("duplicate", lambda h, l: l.append(l[0])),
        "another content": ("recorded", lambda h, l: l.__setitem__(1, l[1].replace(b'"n": 1', b'"n": 7'))),
        "another receipt": ("recorded", lambda h, l: of(h, "append")["receipts"][0].update(subjectversion=9)),
        "a gap in the versions": ("versions", lambda h, l: l.__setitem__(
            5, l[5].replace(b'"subjectversion": 6', b'"subjectversion": 7'))),
        "an order that time forbids": ("order", lambda h, l: of(h, "append", 0).update(t0=100, t1=101)),
        "a line in another place": ("order", lambda h, l: swap(l, 0, 1)),
        "two winners": ("contended", lambda h, l: (
            of(h, "append", 8).update(receipts=[dict(of(h, "append", 7)["receipts"][0])], status=201))),
        "a loser without a winner": ("contended", lambda h, l: of(h, "append", 8)["events"][0].update(expectedversion=1)),
        "a batch with a gap": ("batch", lambda h, l: of(h, "append", 6)["events"].pop(1)),
        "half a batch": ("batch", lambda h, l: drop(l, 7)),
        "an altered event that was taken": ("altered", lambda h, l: of(h, "altered").update(status=200)),
        "a follower who missed one": ("followers", lambda h, l: drop(of(h, "follow")["lines"], 2)),
        "a follower who got one twice": ("followers", lambda h, l: of(h, "follow")["lines"].insert(1, l[2])),
        "a follower in another order": ("followers", lambda h, l: swap(of(h, "follow")["lines"], 0, 1)),
        "a record read otherwise": ("reads", lambda h, l: of(h, "read").update(line=b"{}")),
        "a stale read": ("reads", lambda h, l: of(h, "subject").update(version=5)),
        "a read from the future": ("reads", lambda h, l: of(h, "subject").update(version=7)),
        "a checkpoint of another log": ("checkpoints", lambda h, l: of(h, "checkpoint").update(
            root=of(h, "checkpoint", 1)["root"])),
        "checkpoints that shrink": ("checkpoints", lambda h, l: (
            of(h, "checkpoint", 0).update(t0=200, t1=201))),
    }
    history, lines = sample()
    assert violations(history, lines) == [], violations(history, lines)
    missed = []
    for name, (kind, alter) in cases.items():
        history, lines = copy.deepcopy(sample())
        alter(history, lines)
        if not any(text.startswith(kind + ":") for text in violations(history, lines)):
            missed.append(name)
    for name in missed:
        print("not found: " + name)
    print("%d alterations, %d not found" % (len(cases), len(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:] != ["--self-test"]:
        sys.exit(__doc__)
    sys.exit(self_test())
