"""Time the embedded index beside plain FAISS: build, open, exact top-100, radius search, memory.

    python scripts/bench_search.py                        1,000,000 random codes of 64 bits
    python scripts/bench_search.py --n 10000000           ten times as many
    python scripts/bench_search.py --engine ivf --clustered   inverted lists, on codes with structure

Both sides search the same codes with the same queries, in turns, in one process; the best of all rounds counts, so that a busy machine
slows both alike. Memory is what a fresh process adds by opening the index and searching it once.
"""
import argparse
import json
import os
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
    centers, out = np.random.default_rng(0).integers(0, 256, (2000, n_bytes), dtype=np.uint8), np.empty((n, n_bytes), np.uint8)
    for i in range(0, n, 100_000):
        m = min(100_000, n - i)
        out[i:i + m] = centers[rng.integers(2000, size=m)] ^ np.packbits(rng.random((m, 8 * n_bytes)) < .1, axis=1)
    return out


def seconds(fn):
    start = time.perf_counter()
    fn()
    return time.perf_counter() - start


def in_turns(ours, plain, rounds):
    "Best seconds of each, called in turns."
    times = [(seconds(plain), seconds(ours)) for _ in range(rounds)]
    return min(t for t, _ in times), min(t for _, t in times)


def beside(name, n_queries, ours, plain, rounds):
    "One row of the table."
    ours(), plain()
    p, o = in_turns(ours, plain, rounds)
    print(f'{name:34}{n_queries / p:14,.0f}{n_queries / o:14,.0f}{100 * (o / p - 1):11.1f} %', flush=True)


def memory(path, query):
    "MB that a fresh process adds: (private, of files) on opening, then on a search."
    script = ('import sys, json\nimport numpy as np\nimport faiss\nfrom s5vh.search import Index\n'
              'def used(): return [int(l.split()[1]) / 1024 for l in open("/proc/self/status") if l.startswith(("RssAnon", "RssFile"))]\n'
              'before = used()\n'
              'what = Index.open(sys.argv[2]) if sys.argv[1] == "ours" else faiss.read_index_binary(sys.argv[2])\n'
              'opened = used()\n'
              'query = np.load(sys.argv[3])\nwhat.search(query, 100)\nsearched = used()\n'
              'print(json.dumps([[b - a for a, b in zip(before, x)] for x in (opened, searched)]))')
    done = subprocess.run([sys.executable, '-c', script, *path, str(query)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--n', type=int, default=1_000_000, help='codes')
    p.add_argument('--bits', type=int, default=64, help='of each')
    p.add_argument('--batch', type=int, default=1000, help='queries of a batch')
    p.add_argument('--radius', type=int, default=8, help='bits, of the radius search')
    p.add_argument('--rounds', type=int, default=5, help='of each measurement; the best counts')
    p.add_argument('--engine', choices=['flat', 'ivf'], default='flat', help='of our index; plain is always IndexBinaryFlat')
    p.add_argument('--clustered', action='store_true', help='codes with structure instead of random ones')
    p.add_argument('--duplicates', type=int, metavar='RADIUS', help='also time duplicates within a radius')
    args = p.parse_args()
    folder = Path(tempfile.mkdtemp())
    try: measure(args, folder)
    finally: shutil.rmtree(folder)


def measure(args, folder):
    codes, query = (make_codes(n, args.bits // 8, seed, args.clustered) for n, seed in ((args.n, 1), (args.batch, 2)))
    ids, plain, path = [f'clips/video {i:09}.mp4' for i in range(args.n)], faiss.IndexBinaryFlat(args.bits), folder/'bench.s5'
    print(f'{args.n:,} codes of {args.bits} bits, {"structured" if args.clustered else "random"}; engine {args.engine}; '
          f'{faiss.omp_get_max_threads()} threads; faiss {faiss.__version__}')
    index = Index.create(path, args.bits, engine=args.engine)
    print(f'plain: add {seconds(lambda: plain.add(codes)):.2f} s, write {seconds(lambda: faiss.write_index_binary(plain, str(folder/"plain"))):.2f} s')
    print(f'ours:  add {seconds(lambda: index.add(codes, ids)):.2f} s, save {seconds(index.save):.2f} s, '
          f'{sum(f.stat().st_size for f in path.iterdir()) / 2**20:.0f} MB on disk', flush=True)
    del index, ids
    print(f'open:  {min(seconds(lambda: Index.open(path)) for _ in range(3)) * 1000:.1f} ms with checksums, '
          f'{min(seconds(lambda: Index.open(path, check=False)) for _ in range(3)) * 1000:.2f} ms without; '
          f'plain {min(seconds(lambda: faiss.read_index_binary(str(folder/"plain"))) for _ in range(3)) * 1000:.1f} ms')
    index = Index.open(path)
    same = index.search(query, 100, exact=True).distances == plain.search(query, 100)[0]
    print(f'distances of the exact search the same as plain: {same.all()}' + (f'; lists: {index.manifest.ivf}' if index.manifest.ivf else ''))
    print(f'\n{"queries a second":34}{"plain faiss":>14}{"ours":>14}{"overhead":>13}')
    beside(f'top 100, batch of {args.batch}', args.batch, lambda: index.search(query, 100), lambda: plain.search(query, 100), args.rounds)
    one = [query[i:i + 1] for i in range(50)]
    beside('top 100, one at a time', 50, lambda: [index.search(q, 100) for q in one], lambda: [plain.search(q, 100) for q in one], 3 * args.rounds)
    beside(f'within {args.radius} bits, batch of {args.batch}', args.batch, lambda: index.range_search(query, args.radius),
           lambda: plain.range_search(query, args.radius + 1), args.rounds)
    np.save(folder/'query.npy', query[:10])
    print(f'\n{"MB added by a fresh process":34}{"private":>14}{"of files":>14}')
    for name, what in (('plain', ('plain', str(folder/'plain'))), ('ours', ('ours', str(path)))):
        for step, (private, of_files) in zip(('opened', 'after a search'), memory(what, folder/'query.npy')): print(f'{f"{name}, {step}":34}{private:14.1f}{of_files:14.1f}')
    if args.duplicates is not None:
        took = seconds(lambda: print(f'{len(index.duplicates(args.duplicates, progress=False).distances):,} pairs', end=''))
        print(f' within {args.duplicates} bits of each other, all with all: {took:.1f} s')


if __name__ == '__main__': main()
