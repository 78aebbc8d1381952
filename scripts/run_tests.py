"""Check that notebooks, modules and README are in step and well-formed, then run the notebooks' tests.

python scripts/run_tests.py                         # everything; last line: `N passed, N failed`
python scripts/run_tests.py --flags "slow data"     # with the cells under these flags
"""
import argparse
import hashlib
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import check_notebooks
from notebooks import ROOT, notebooks, passes, short

BIN = Path(sys.executable).parent
CHECKED = ('s5vh', 'scripts', 'nbs')    # what ruff reads


def fingerprints():
    "A digest of each notebook, module, README and its figures."
    files = [*notebooks(), *ROOT.glob('s5vh/**/*.py'), ROOT/'README.md', *ROOT.glob('README_files/*')]
    return {short(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.exists()}


def run_tools():
    "Export, clean and make README."
    commands = [[BIN/'nbdev_export'], [BIN/'nbdev_clean'], [sys.executable, ROOT/'scripts/make_readme.py']]
    for command in commands: subprocess.run(command, cwd=ROOT, check=True)


def out_of_step():
    "Files that exporting, cleaning and making README changed, as lines."
    before = fingerprints()
    run_tools()
    after = fingerprints()
    changed = sorted(f for f in before.keys() | after.keys() if before.get(f) != after.get(f))
    return [f'{f}: out of step, changed just now by exporting, cleaning or making README' for f in changed]


def lint():
    "What ruff finds, as lines."
    done = subprocess.run([BIN/'ruff', 'check', '--quiet', '--output-format', 'concise', *CHECKED], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout.splitlines() if done.returncode else []


def complaints():
    "All that is wrong before a test has run, as lines."
    return out_of_step() + lint() + check_notebooks.problems()


def run_notebooks(paths, flags, n_workers):
    "Those of the notebooks whose tests fail, in order; a process that dies fails all that had not ended."
    from nbdev.config import get_config
    skip_flags = get_config(path=ROOT).tst_flags.split()
    with ProcessPoolExecutor(n_workers) as pool:
        running = {pool.submit(passes, path, skip_flags, flags.split()): path for path in paths}
        for done in as_completed(running):
            if done.exception(): print(f'{short(running[done])}: {done.exception()}', flush=True)
    return [path for future, path in running.items() if future.exception() or not future.result()]


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--flags', default='', help='cells under these flags too: slow, cuda, data')
    p.add_argument('--n_workers', type=int, default=min(2, os.cpu_count() or 1), help='notebooks at a time')
    return p.parse_args()


def main():
    args = parse()
    os.environ |= {'OMP_NUM_THREADS': '1', 'TQDM_DISABLE': '1'}
    lines = complaints()
    if lines:
        print(*lines, '0 passed, 1 failed', sep='\n', flush=True)
        sys.exit(1)
    paths = notebooks()
    failed = run_notebooks(paths, args.flags, args.n_workers)
    if failed: print('failed:', *map(short, failed), sep='\n  ')
    print(f'{len(paths) - len(failed)} passed, {len(failed)} failed', flush=True)
    sys.exit(bool(failed))


if __name__ == '__main__': main()
