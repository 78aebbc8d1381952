"""Change good files at random and read them, each in a process of its own: `python scripts/fuzz.py --n 5000`.

Prints a row for each reader, and below it each input that ended in a traceback, a signal, a hang or too much
memory; these are kept in the folder `--keep`. Exits with 1 where there is one.
"""
import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from s5vh.robustness import READERS, WORDS, outcome_counts, try_reader


def show(name, found, seconds):
    "A line for a reader, and one for each of its inputs that did what it may not."
    counts = '  '.join(f'{word} {sum(o.word == word for o in found):4}' for word in WORDS)
    slowest, peak = max(o.seconds for o in found), max(o.peak for o in found) / 1e6
    print(f'{name:22} {len(found):5}  {counts}  at most {slowest:.1f} s, {peak:.0f} MB; {seconds:.0f} s',
          flush=True)
    for i, outcome in enumerate(found):
        if outcome.word.isupper(): print(f'  input {i}: {outcome.word} {outcome.said[:300]}', flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--n', type=int, default=5000, help='inputs in all')
    p.add_argument('--seed', type=int, default=1, help='of the changes')
    p.add_argument('--keep', default='runs/fuzz', help='folder for inputs that did what they may not')
    p.add_argument('readers', nargs='*', help='names of readers; none: all')
    args = p.parse_args()
    os.environ |= {'OMP_NUM_THREADS': '1', 'TQDM_DISABLE': '1', 'S5VH_CACHE': tempfile.mkdtemp()}
    outcomes = {}
    names = args.readers or list(READERS)
    for name in names:
        start = time.monotonic()
        outcomes[name] = try_reader(name, -(-args.n // len(names)), args.seed, Path(args.keep))
        show(name, outcomes[name], time.monotonic() - start)
    total = outcome_counts(outcomes)[-1]
    print('  '.join(f'{word} {total[word]}' for word in WORDS))
    sys.exit(any(total[word] for word in WORDS if word.isupper()))


if __name__ == '__main__': main()
