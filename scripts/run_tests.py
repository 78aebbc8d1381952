"Check that notebooks, modules and README are in step, then run the notebooks' tests. Last line: `N passed, N failed`."
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def fingerprints():
    "A digest of each notebook, module and README."
    files = [*ROOT.glob('nbs/**/*.ipynb'), *ROOT.glob('s5vh/**/*.py'), ROOT/'README.md']
    return {str(f.relative_to(ROOT)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.exists()}


def out_of_step():
    "Files that exporting and cleaning would change; after this call they are changed."
    before = fingerprints()
    for command in ('nbdev_export', 'nbdev_clean'): subprocess.run([BIN/command], cwd=ROOT, check=True)
    subprocess.run([sys.executable, ROOT/'scripts/make_readme.py'], cwd=ROOT, check=True)
    after = fingerprints()
    return sorted(f for f in before.keys() | after.keys() if before.get(f) != after.get(f))


def run_notebooks(flags):
    "Names of all notebooks, and of those whose tests fail."
    env = os.environ | {'OMP_NUM_THREADS': '1', 'TQDM_DISABLE': '1'}
    command = [BIN/'nbdev_test', '--n_workers', str(min(2, os.cpu_count() or 1)), *flags]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, end='')
    notebooks = [p.name for p in sorted((ROOT/'nbs').glob('**/[!_]*.ipynb'))]
    listed = done.stdout.split('nbdev Tests Failed On The Following Notebooks:')[-1] if done.returncode else ''
    failed = [name for name in notebooks if re.search(rf'^\s*{re.escape(name)}$', listed, re.M)]
    return notebooks, failed or (notebooks if done.returncode else [])


def main(flags):
    changed = out_of_step()
    if changed: sys.exit('out of step: exporting, cleaning and making README changed ' + ', '.join(changed) + '\n0 passed, 1 failed')
    notebooks, failed = run_notebooks(flags)
    print(f'{len(notebooks) - len(failed)} passed, {len(failed)} failed', flush=True)
    sys.exit(bool(failed))


if __name__ == '__main__': main(sys.argv[1:])
