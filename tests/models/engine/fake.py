"""A decoder with cells and sequences like llama.cpp's, and logits from a hash of the prefix."""

import hashlib

import numpy as np

VOCABULARY = 12


def logits_after(prefix):
    """Logits that depend on the whole prefix: a wrong cell anywhere shows."""
    seed = hashlib.sha256(bytes(prefix)).digest()[:8]
    random = np.random.default_rng(int.from_bytes(seed, "big"))
    return random.standard_normal(VOCABULARY).astype(np.float32)


def log_chance(prefix, token):
    row = logits_after(prefix).astype(np.float64)
    return float(row[token] - np.log(np.exp(row).sum()))


class FakeDecoder:
    """Refuses what llama.cpp would refuse: gaps in positions, too many cells."""

    def __init__(self, *, cells=10_000, rows=512):
        self.cells, self.rows = cells, rows
        self.held = {}
        self.steps = []
        self.wiped = 0
        self.forgotten = []
        self._next = 0

    def decode(self, rows):
        assert 0 < len(rows) <= self.rows
        self.steps.append(len(rows))
        out = []
        for row in rows:
            cell, self._next = self._next, self._next + 1
            prefixes = set()
            for sequence in row.sequences:
                mine = self.held.setdefault(sequence, [])
                assert len(mine) == row.position, "a gap or a stale cell"
                mine.append((cell, row.token))
                prefixes.add(tuple(token for _, token in mine))
            assert len(prefixes) == 1, "sequences that share a cell share their past"
            if row.wants:
                out.append(logits_after(prefixes.pop()))
        assert len({cell for mine in self.held.values() for cell, _ in mine}) <= self.cells
        return np.array(out, dtype=np.float32).reshape(len(out), VOCABULARY)

    def forget(self, sequence, start=0):
        self.forgotten.append(sequence)
        self.held[sequence] = self.held.get(sequence, [])[:start]

    def wipe(self):
        self.wiped += 1
        self.held = {}


def run(job, decoder, room):
    """Run one job alone; return how many steps it took."""
    job.attach(tuple(range(job.sequences)))
    for step in range(1, 10_000):
        for sequence, start in job.stale():
            decoder.forget(sequence, start)
        rows = job.rows(room)
        assert len(rows) <= room.rows
        assert sum(row.wants for row in rows) <= room.outputs
        if job.take(decoder.decode(rows)):
            return step
    raise AssertionError("the job does not end")
