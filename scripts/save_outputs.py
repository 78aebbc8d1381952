"Run notebooks from a fresh kernel, top to bottom, and save their outputs without warnings and progress bars."
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
os.environ |= {'TQDM_DISABLE': '1', 'PYTHONPATH': str(ROOT)}


def save_outputs(path):
    "Execute one notebook in place, and clean it."
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=1800, kernel_name='python3', resources={'metadata': {'path': str(path.parent)}}).execute()
    for cell in notebook.cells:
        if cell.cell_type == 'code': cell.outputs = [o for o in cell.outputs if o.get('name') != 'stderr']
    nbformat.write(notebook, path)
    subprocess.run([Path(sys.executable).parent/'nbdev_clean', '--fname', path], cwd=ROOT, check=True)


if __name__ == '__main__':
    for name in sys.argv[1:] or sorted(map(str, (ROOT/'nbs').glob('[!_]*.ipynb'))):
        print(name, flush=True)
        save_outputs(Path(name).absolute())
