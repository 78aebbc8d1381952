"Make README.md from nbs/index.ipynb: its prose, code and saved outputs, without hidden cells."
import re
import shutil
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

ROOT = Path(__file__).parent.parent
DIRECTIVE = re.compile(r'^#\|.*\n?', re.M)


def shown(cell):
    "Whether a reader of the README should see the cell."
    return not re.search(r'^#\|\s*(hide|default_exp|export)', cell.source, re.M)


def readme():
    "README.md's text, and its images by name."
    notebook = nbformat.read(ROOT/'nbs/index.ipynb', as_version=4)
    notebook.cells = [cell for cell in notebook.cells if shown(cell)]
    notebook.metadata.language_info = {'name': 'python'}   # colours the code
    for cell in notebook.cells:
        cell.source = '' if re.match(r'#\|\s*echo:\s*false', cell.source) else DIRECTIVE.sub('', cell.source).strip()
    exporter = MarkdownExporter(config={'NbConvertBase': {'display_data_priority': ['image/png', 'text/markdown', 'text/plain']}})
    text, resources = exporter.from_notebook_node(notebook, {'output_files_dir': 'README_files'})
    text = '<!-- made from nbs/index.ipynb by `make readme`: edit the notebook -->\n' + re.sub(r'\n{3,}', '\n\n', text)
    text = text.replace('```python\n\n```\n\n', '')   # of cells that show their output alone
    return re.sub(r'\]\((\w+)\.ipynb\)', r'](nbs/\1.ipynb)', text).rstrip() + '\n', resources['outputs']


def write_changed(path, content):
    "Write `content` unless the file holds it already, so that unchanged files keep their time."
    path.parent.mkdir(exist_ok=True)
    if not (path.exists() and path.read_bytes() == content): path.write_bytes(content)


def main():
    text, images = readme()
    write_changed(ROOT/'README.md', text.encode())
    for name, content in images.items(): write_changed(ROOT/name, content)
    folder = ROOT/'README_files'
    for stale in set(folder.glob('*')) - {ROOT/name for name in images}: stale.unlink()
    if folder.exists() and not images: shutil.rmtree(folder)


if __name__ == '__main__': main()
