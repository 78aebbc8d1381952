"""Run notebooks from a fresh kernel, top to bottom, and save outputs without warnings and progress bars.

python scripts/save_outputs.py                        # all of them
python scripts/save_outputs.py nbs/00_codes.ipynb     # these
"""
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from notebooks import ROOT, notebooks, short

os.environ |= {'TQDM_DISABLE': '1', 'PYTHONPATH': str(ROOT)}


def save_outputs(path):
    "Execute one notebook in place, in its folder, and clean it."
    notebook = nbformat.read(path, as_version=4)
    resources = {'metadata': {'path': str(path.parent)}}
    NotebookClient(notebook, timeout=1800, kernel_name='python3', resources=resources).execute()
    for cell in notebook.cells:
        if cell.cell_type == 'code': cell.outputs = [o for o in cell.outputs if o.get('name') != 'stderr']
    nbformat.write(notebook, path)
    subprocess.run([Path(sys.executable).parent/'nbdev_clean', '--fname', path], cwd=ROOT, check=True)


if __name__ == '__main__':
    for path in [Path(name).resolve() for name in sys.argv[1:]] or notebooks():
        print(short(path), flush=True)
        save_outputs(path)
