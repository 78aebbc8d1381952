"Make README.md from nbs/index.ipynb: its prose, code and saved outputs, without hidden cells."
import re
import shutil

import nbformat
from nbconvert import MarkdownExporter

from notebooks import NBS, ROOT

HEAD = '<!-- made from nbs/index.ipynb by `make readme`: edit the notebook -->\n'
DIRECTIVE = re.compile(r'^#\|.*\n?', re.M)
NOTEBOOK_LINK = re.compile(r'\]\(((?:[\w-]+/)*[\w-]+\.ipynb(?:#[^)\s]*)?)\)')   # ](methods/base.ipynb)
PRIORITY = {'NbConvertBase': {'display_data_priority': ['image/png', 'text/markdown', 'text/plain']}}


def is_shown(cell):
    "Whether a reader of the README should see the cell."
    return not re.search(r'^#\|\s*(hide|default_exp|export)', cell.source, re.M)


def without_directives(source):
    "The code of a cell as a reader sees it; '' where the cell shows its output alone."
    return '' if re.match(r'#\|\s*echo:\s*false', source) else DIRECTIVE.sub('', source).strip()


def readme():
    "README.md's text, and its images by name."
    notebook = nbformat.read(NBS/'index.ipynb', as_version=4)
    notebook.cells = [cell for cell in notebook.cells if is_shown(cell)]
    notebook.metadata.language_info = {'name': 'python'}   # colours the code
    for cell in notebook.cells: cell.source = without_directives(cell.source)
    exporter = MarkdownExporter(config=PRIORITY)
    text, resources = exporter.from_notebook_node(notebook, {'output_files_dir': 'README_files'})
    text = re.sub(r'\n{3,}', '\n\n', text)
    text = text.replace('```python\n\n```\n\n', '')   # of cells that show their output alone
    text = NOTEBOOK_LINK.sub(r'](nbs/\1)', text).strip() + '\n'
    return HEAD + text, resources['outputs']


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
