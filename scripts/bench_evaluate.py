"""Time and peak memory of `evaluate_codes` beside a plain NumPy evaluation, on random codes and labels.

    python scripts/bench_evaluate.py            # all sizes
    python scripts/bench_evaluate.py --skip-fcv # without the 45,600 x 45,600 ones

Each measurement runs in a process of its own, so that its peak memory is its own; times are the least of three runs
(of one where they are long) and leave compilation out. `s5vh` is `evaluate_codes`: compiled by Numba, on as many threads as torch
uses. The plain version is one dot product for all distances, a stable sort for each query, and relevance gathered in its
order; 45,600 x 45,600 distances would fill 8 GB, so at that size it answers the first 1,000 queries alone. Wherever both run,
their figures must agree to 1e-6. `everything` is every protocol, tie order and curve of `evaluate_all`.
"""
import argparse, json, subprocess, sys, time

import numpy as np

from bench_tools import peak_memory

SIZES = {'ucf': (3783, 9537, 101, 1), 'activitynet': (1000, 3758, 200, 1), # queries, database, classes, labels of a video
         'fcv-part': (1000, 45600, 239, 2), 'fcv': (45600, 45600, 239, 2)}
KS = (5, 20, 40, 60, 80, 100)


def inputs(size, n_bits=64):
    "Codes near random class codes, and labels, of a data set's size."
    n_query, n, n_classes, n_labels = SIZES[size]
    rng = np.random.default_rng(0)
    centers = rng.choice([-1, 1], (n_classes, n_bits)).astype(np.int8)

    def split(m):
        labels = np.zeros((m, n_classes), np.uint8)
        first = rng.integers(n_classes, size=m)
        labels[np.arange(m), first] = 1
        if n_labels > 1: labels[np.arange(m), rng.integers(n_classes, size=m)] = 1
        return centers[first] * np.where(rng.random((m, n_bits)) < .3, -1, 1).astype(np.int8), labels

    database, database_labels = split(n)
    query, query_labels = (database[:n_query], database_labels[:n_query]) if size.startswith('fcv') else split(n_query)
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


def measure(what, size):
    "Seconds, peak memory of the process in MB, and the result."
    from s5vh.evaluation.metrics import evaluate_all, evaluate_codes
    args, times = inputs(size), []
    run = dict(plain=plain, s5vh=evaluate_codes, everything=evaluate_all)[what]
    run(*(x[:200] for x in args), KS)
    for _ in range(1 if size == 'fcv' or what == 'plain' else 3):
        start = time.perf_counter()
        result = run(*args, KS)
        times.append(time.perf_counter() - start)
    peak = 1024 * peak_memory()
    return dict(seconds=min(times), peak_mb=peak, result=result if isinstance(result, dict) else None)


def in_process(what, size):
    "`measure` in a fresh process."
    done = subprocess.run([sys.executable, __file__, '--measure', what, size], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--measure', nargs=2, metavar=('WHAT', 'SIZE'), help='one measurement, as JSON')
    parser.add_argument('--skip-fcv', action='store_true')
    args = parser.parse_args()
    if args.measure: return print(json.dumps(measure(*args.measure)))
    print('| queries x database, 64 bits | what | seconds | times faster | peak memory of the process (MB) |')
    print('| --- | --- | --- | --- | --- |')
    for size, (n_query, n, *_) in SIZES.items():
        if size.startswith('fcv') and args.skip_fcv: continue
        whats = ('s5vh', 'everything') if size == 'fcv' else ('plain', 's5vh', 'everything')
        rows = {what: in_process(what, size) for what in whats}
        if 'plain' in rows:
            for k, value in rows['plain']['result'].items(): assert abs(value - rows['s5vh']['result'][k]) < 1e-6, k
        for what, row in rows.items():
            faster = f"{rows['plain']['seconds'] / row['seconds']:.0f}" if 'plain' in rows else ''
            print(f"| {n_query:,} x {n:,} | {what} | {row['seconds']:.2f} | {faster} | {row['peak_mb']:.0f} |", flush=True)


if __name__ == '__main__': main()
