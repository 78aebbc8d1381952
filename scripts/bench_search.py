"""Time the embedded index beside plain FAISS: build, open, exact top-100, radius search, memory.

    python scripts/bench_search.py                        1,000,000 random codes of 64 bits
    python scripts/bench_search.py --n 10000000           ten times as many
    python scripts/bench_search.py --engine ivf --clustered   inverted lists, on codes with structure

Both sides search the same codes with the same queries, in turns, in one process; the best of all rounds
counts, so that other load slows both alike. Memory is what a fresh process adds by opening the index and
searching it once.
"""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

from s5vh.search.index import Index


def make_codes(n, n_bytes, seed, clustered):
    "Packed codes: random, or 2,000 random ones with every bit flipped with a chance of 10 %."
    rng = np.random.default_rng(seed)
    if not clustered: return rng.integers(0, 256, (n, n_bytes), dtype=np.uint8)
    centers = np.random.default_rng(0).integers(0, 256, (2000, n_bytes), dtype=np.uint8)
    out = np.empty((n, n_bytes), np.uint8)
    for start in range(0, n, 100_000):
        m = min(100_000, n - start)
        copies = centers[rng.integers(2000, size=m)]
        out[start:start + m] = copies ^ np.packbits(rng.random((m, 8 * n_bytes)) < .1, axis=1)
    return out


def seconds(fn):
    start = time.perf_counter()
    fn()
    return time.perf_counter() - start


def best_ms(fn):
    "Milliseconds of the best of three calls."
    return 1000 * min(seconds(fn) for _ in range(3))


def in_turns(ours, plain, rounds):
    "Best seconds of each, called in turns."
    times = [(seconds(ours), seconds(plain)) for _ in range(rounds)]
    return np.min(times, axis=0)


def compare(name, n_queries, ours, plain, rounds):
    "Print one row of the table: queries a second of both."
    ours()
    plain()
    s_ours, s_plain = in_turns(ours, plain, rounds)
    overhead = 100 * (s_ours / s_plain - 1)
    print(f'{name:34}{n_queries / s_plain:14,.0f}{n_queries / s_ours:14,.0f}{overhead:11.1f} %', flush=True)


MEMORY = '''
import json
import sys

import faiss
import numpy as np

from s5vh.search.index import Index

def used():
    lines = [line.split() for line in open('/proc/self/status')]
    return [int(line[1]) / 1024 for line in lines if line[0] in ('RssAnon:', 'RssFile:')]

engine, path, query = sys.argv[1:]
before = used()
index = Index.open(path) if engine == 'ours' else faiss.read_index_binary(path)
opened = used()
index.search(np.load(query), 100)
searched = used()
print(json.dumps([[after - b for b, after in zip(before, state)] for state in (opened, searched)]))
'''


def memory(engine, path, query):
    "MB that a fresh process adds: (private, of files) on opening, then on a search."
    command = [sys.executable, '-c', MEMORY, engine, str(path), str(query)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--n', type=int, default=1_000_000, help='codes')
    p.add_argument('--bits', type=int, default=64, help='of each')
    p.add_argument('--batch', type=int, default=1000, help='queries of a batch')
    p.add_argument('--radius', type=int, default=8, help='bits, of the radius search')
    p.add_argument('--rounds', type=int, default=5, help='of each measurement; the best counts')
    p.add_argument('--engine', choices=['flat', 'ivf'], default='flat',
                   help='of our index; plain is always IndexBinaryFlat')
    p.add_argument('--clustered', action='store_true', help='codes with structure instead of random ones')
    p.add_argument('--duplicates', type=int, metavar='RADIUS', help='also time duplicates within a radius')
    return p.parse_args()


def build(args, folder):
    "Put the same codes into both engines, and print how long it takes; both are in `folder` afterwards."
    codes = make_codes(args.n, args.bits // 8, 1, args.clustered)
    ids = [f'clips/video {i:09}.mp4' for i in range(args.n)]
    plain = faiss.IndexBinaryFlat(args.bits)
    index = Index.create(folder/'ours', args.bits, engine=args.engine)
    s_add = seconds(lambda: plain.add(codes))
    s_write = seconds(lambda: faiss.write_index_binary(plain, str(folder/'plain')))
    print(f'plain: add {s_add:.2f} s, write {s_write:.2f} s')
    s_add = seconds(lambda: index.add(codes, ids))
    s_save = seconds(index.save)
    mb = sum(f.stat().st_size for f in (folder/'ours').iterdir()) / 2**20
    print(f'ours:  add {s_add:.2f} s, save {s_save:.2f} s, {mb:.0f} MB on disk', flush=True)
    return plain


def time_opening(folder):
    checked = best_ms(lambda: Index.open(folder/'ours'))
    unchecked = best_ms(lambda: Index.open(folder/'ours', check=False))
    plain = best_ms(lambda: faiss.read_index_binary(str(folder/'plain')))
    print(f'open:  {checked:.1f} ms with checksums, {unchecked:.2f} ms without; plain {plain:.1f} ms')


def time_searches(args, index, plain, query):
    same = index.search(query, 100, exact=True).distances == plain.search(query, 100)[0]
    lists = f'; lists: {index.manifest.ivf}' if index.manifest.ivf else ''
    print(f'distances of the exact search the same as plain: {same.all()}{lists}')
    print(f'\n{"queries a second":34}{"plain faiss":>14}{"ours":>14}{"overhead":>13}')
    compare(f'top 100, batch of {args.batch}', args.batch,
            lambda: index.search(query, 100), lambda: plain.search(query, 100), args.rounds)
    one = [query[i:i + 1] for i in range(50)]
    compare('top 100, one at a time', len(one), lambda: [index.search(q, 100) for q in one],
            lambda: [plain.search(q, 100) for q in one], 3 * args.rounds)
    compare(f'within {args.radius} bits, batch of {args.batch}', args.batch,
            lambda: index.range_search(query, args.radius),
            lambda: plain.range_search(query, args.radius + 1), args.rounds)


def print_memory(folder, query):
    np.save(folder/'query.npy', query[:10])
    print(f'\n{"MB added by a fresh process":34}{"private":>14}{"of files":>14}')
    for engine in ('plain', 'ours'):
        states = memory(engine, folder/engine, folder/'query.npy')
        for step, (private, of_files) in zip(('opened', 'after a search'), states):
            print(f'{f"{engine}, {step}":34}{private:14.1f}{of_files:14.1f}')


def measure(args, folder):
    print(f'{args.n:,} codes of {args.bits} bits, {"structured" if args.clustered else "random"}; '
          f'engine {args.engine}; {faiss.omp_get_max_threads()} threads; faiss {faiss.__version__}')
    plain = build(args, folder)
    time_opening(folder)
    index, query = Index.open(folder/'ours'), make_codes(args.batch, args.bits // 8, 2, args.clustered)
    time_searches(args, index, plain, query)
    print_memory(folder, query)
    if args.duplicates is None: return
    start = time.perf_counter()
    n_pairs = len(index.duplicates(args.duplicates, progress=False).distances)
    took = time.perf_counter() - start
    print(f'{n_pairs:,} pairs within {args.duplicates} bits of each other, all with all: {took:.1f} s')


def main():
    args, folder = arguments(), Path(tempfile.mkdtemp())
    try: measure(args, folder)
    finally: shutil.rmtree(folder)


if __name__ == '__main__': main()
