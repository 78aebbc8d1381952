"Build the site into _docs: with Quarto where it is installed, else from nbdev's processed notebooks with nbconvert."
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
OUT = ROOT/'_docs'
FIRST = ('index', 'for_researchers', 'for_practitioners', 'for_readers')   # pages before the numbered ones
STYLE = ('<style>.site-nav{position:fixed;left:0;top:0;bottom:0;width:13em;padding:1em;overflow:auto;'
         'border-right:1px solid #ddd;font:14px sans-serif;background:#fafafa}.site-nav a{display:block;padding:.2em 0;'
         'color:#246;text-decoration:none}.site-nav a.here{font-weight:bold}body{padding-left:17em!important;'
         'max-width:72em}@media(max-width:50em){.site-nav{position:static;width:auto}body{padding-left:1em!important}}'
         '.jp-RenderedHTMLCommon table{margin-left:0!important}.jp-RenderedHTMLCommon .highlight{margin-bottom:1em}'
         '.jp-RenderedMarkdown,.jp-OutputArea-output,.jp-InputArea-editor pre{overflow-x:auto!important}</style>')


def title(notebook):
    "A page's title, from nbdev's front matter or its first heading."
    source = notebook.cells[0].source
    found = re.search(r'^title:\s*(.+)$|^#\s+(.+)$', source, re.M)
    return (found.group(1) or found.group(2)).strip().strip('"') if found else 'Page'


def front_matter_to_markdown(notebook):
    "Show nbdev's front matter as a heading and a subtitle."
    first = notebook.cells[0]
    if not first.source.startswith('---'): return
    subtitle = yaml.safe_load(first.source.strip().strip('-')).get('description')
    first.cell_type = 'markdown'
    first.source = f'# {title(notebook)}' + (f'\n\n> {subtitle}' if subtitle else '')


def leave_out_sources(notebook):
    "Of cells that say `echo: false`, show what they made alone."
    for cell in notebook.cells:
        if cell.cell_type == 'code' and re.search(r'^#\|\s*echo:\s*false', cell.source, re.M): cell.metadata['transient'] = {'remove_source': True}


def without_quarto(body):
    "Take out what only Quarto reads: attributes after a link, and links in comments of code."
    return re.sub(r'\[`([^`\]]+)`\]\(https?://[^)\s]+\)', r'\1', re.sub(r'(</a>)\{target=[^}]*\}', r'\1', body))


def link_locally(bodies, host):
    "Links to the published site become links between these pages, to the place that has the name, whatever its case."
    places = {name: {i.lower(): i for i in re.findall(r'\bid="([^"]+)"', body)} for name, body in bodies.items()}
    def local(link):
        name, place = link.group(1), places.get(link.group(1), {}).get((link.group(2) or '').lower())
        return f'href="{name}.html' + (f'#{place}' if place else '') + '"' if name in places else link.group(0)
    return {name: re.sub(rf'href="{re.escape(host)}/(\w+)\.html(?:#([^"]*))?"', local, body) for name, body in bodies.items()}


def navigation(pages, here):
    "The list of pages, the present one marked."
    link = lambda name, text: f'<a href="{name}.html"{" class=here" if name == here else ""}>{html.escape(text)}</a>'
    return f'{STYLE}<nav class="site-nav">' + ''.join(link(name, text) for name, text in pages) + '</nav>'


def page_name(path): return re.sub(r'^\d+[a-z]?_', '', path.stem)


def build_with_nbconvert():
    "Process the notebooks as nbdev does for Quarto, and turn each into a page with a list of pages beside it."
    import nbformat
    from nbconvert import HTMLExporter
    from nbdev.config import get_config
    from nbdev.serve import proc_nbs
    processed = Path(proc_nbs(force=True))
    sources = sorted(p for p in processed.glob('*.ipynb') if not p.name.startswith('_'))
    sources.sort(key=lambda p: FIRST.index(p.stem) if p.stem in FIRST else len(FIRST))
    notebooks = {p: nbformat.read(p, as_version=4) for p in sources}
    pages = [(page_name(p), 's5vh' if p.stem == 'index' else title(nb)) for p, nb in notebooks.items()]
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    exporter, bodies = HTMLExporter(template_name='lab', exclude_input_prompt=True, exclude_output_prompt=True), {}
    for path, notebook in notebooks.items():
        front_matter_to_markdown(notebook)
        leave_out_sources(notebook)
        body = without_quarto(exporter.from_notebook_node(notebook)[0])
        body = re.sub(r'(<body[^>]*>)', lambda m: m.group(1) + navigation(pages, page_name(path)), body, count=1)
        bodies[page_name(path)] = re.sub(r'href="(?:\d+[a-z]?_)?(\w+)\.ipynb', r'href="\1.html', body)
    config = get_config()
    for name, body in link_locally(bodies, config.doc_host + config.doc_baseurl).items(): (OUT/f'{name}.html').write_text(body)
    print(f'{len(pages)} pages in {OUT.relative_to(ROOT)}')


def main():
    if shutil.which('quarto'): return subprocess.run([Path(sys.executable).parent/'nbdev_docs'], cwd=ROOT, check=True)
    build_with_nbconvert()


if __name__ == '__main__': main()
