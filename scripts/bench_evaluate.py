"""Time and peak memory of `evaluate_codes` beside a plain NumPy evaluation, on random codes and labels.

    python scripts/bench_evaluate.py            # all sizes
    python scripts/bench_evaluate.py --skip-fcv # without the 45,600 x 45,600 ones

Each measurement runs in a process of its own, so that its peak memory is its own; times are the least of
three runs (of one where they are long) and leave compilation out. `s5vh` is `evaluate_codes`: compiled by
Numba, on as many threads as torch uses. The plain version is one dot product for all distances, a stable
sort for each query, and relevance gathered in its order; 45,600 x 45,600 distances would fill 8 GB, so at
that size it answers the first 1,000 queries alone. Wherever both run, their figures must agree to 1e-6.
`everything` is every protocol, tie order and curve of `evaluate_all`.
"""
import argparse
import json
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np

from bench_tools import peak_memory

KS = (5, 20, 40, 60, 80, 100)


class Size(NamedTuple):
    "Sizes of a data set."
    n_query: int
    n_database: int
    n_classes: int
    n_labels: int  # of a video, at most


SIZES = {'ucf': Size(3783, 9537, 101, 1), 'activitynet': Size(1000, 3758, 200, 1),
         'fcv-part': Size(1000, 45600, 239, 2), 'fcv': Size(45600, 45600, 239, 2)}


def inputs(name, n_bits=64):
    "Codes near random class codes, and labels, of a data set's size."
    size, rng = SIZES[name], np.random.default_rng(0)
    centers = rng.choice([-1, 1], (size.n_classes, n_bits)).astype(np.int8)

    def split(n):
        labels, first = np.zeros((n, size.n_classes), np.uint8), rng.integers(size.n_classes, size=n)
        labels[np.arange(n), first] = 1
        if size.n_labels > 1: labels[np.arange(n), rng.integers(size.n_classes, size=n)] = 1
        flips = np.where(rng.random((n, n_bits)) < .3, -1, 1).astype(np.int8)
        return centers[first] * flips, labels

    database, database_labels = split(size.n_database)
    if name.startswith('fcv'): query, query_labels = database[:size.n_query], database_labels[:size.n_query]
    else: query, query_labels = split(size.n_query)
    return query, database, query_labels, database_labels


def plain(query, database, query_labels, database_labels, ks=KS):
    "The literature's MAP@k the plain way."
    distance = .5 * (query.shape[1] - query.astype(np.float32) @ database.T.astype(np.float32))
    relevant = query_labels.astype(np.float32) @ database_labels.T.astype(np.float32) > 0
    totals = dict.fromkeys(ks, 0.)
    for row, hit in zip(distance, relevant):
        found = hit[np.argsort(row, kind='stable')]
        for k in ks: totals[k] += (found[:k] * found[:k].cumsum() / np.arange(1, k + 1)).sum() / k
    return {f'MAP@{k}': total / len(query) for k, total in totals.items()}


def measure(what, name):
    "Seconds, peak memory of the process in MB, and the result."
    from s5vh.evaluation.metrics import evaluate_all, evaluate_codes
    args, times = inputs(name), []
    run = dict(plain=plain, s5vh=evaluate_codes, everything=evaluate_all)[what]
    run(*(x[:200] for x in args), KS)
    for _ in range(1 if name == 'fcv' or what == 'plain' else 3):
        start = time.perf_counter()
        result = run(*args, KS)
        times.append(time.perf_counter() - start)
    peak_mb = 1024 * peak_memory()
    return dict(seconds=min(times), peak_mb=peak_mb, result=result if isinstance(result, dict) else None)


def in_process(what, name):
    "`measure` in a fresh process."
    command = [sys.executable, __file__, '--measure', what, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def print_rows(name):
    "The lines of one data set's size."
    whats = ('s5vh', 'everything') if name == 'fcv' else ('plain', 's5vh', 'everything')
    rows, size = {what: in_process(what, name) for what in whats}, SIZES[name]
    for k, value in rows.get('plain', {}).get('result', {}).items():
        assert abs(value - rows['s5vh']['result'][k]) < 1e-6, k
    for what, row in rows.items():
        faster = f"{rows['plain']['seconds'] / row['seconds']:.0f}" if 'plain' in rows else ''
        print(f"| {size.n_query:,} x {size.n_database:,} | {what} | {row['seconds']:.2f} | {faster} "
              f"| {row['peak_mb']:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument('--measure', nargs=2, metavar=('WHAT', 'SIZE'), help='one measurement, as JSON')
    parser.add_argument('--skip-fcv', action='store_true', help='leave out the sizes of FCVID')
    args = parser.parse_args()
    if args.measure: return print(json.dumps(measure(*args.measure)))
    print('| queries x database, 64 bits | what | seconds | times faster | peak memory of the process (MB) |')
    print('| --- | --- | --- | --- | --- |')
    for name in SIZES:
        if not (name.startswith('fcv') and args.skip_fcv): print_rows(name)


if __name__ == '__main__': main()
