"""Build the site into _docs: with Quarto where it is installed, else with nbconvert.

Both start from notebooks that nbdev has processed, and take the order of pages from nbs/sidebar.yml.
"""
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path
from posixpath import dirname, relpath

import yaml

from notebooks import NBS, ROOT, notebooks

OUT = ROOT/'_docs'
STYLE = '''<style>
.site-nav {position: fixed; left: 0; top: 0; bottom: 0; width: 13em; padding: 1em; overflow: auto;
           border-right: 1px solid #ddd; font: 14px sans-serif; background: #fafafa}
.site-nav a {display: block; padding: .2em 0; color: #246; text-decoration: none}
.site-nav a.here {font-weight: bold}
.site-nav b {display: block; padding: .8em 0 .2em}
body {padding-left: 17em !important; max-width: 72em}
@media (max-width: 50em) {.site-nav {position: static; width: auto} body {padding-left: 1em !important}}
.jp-RenderedHTMLCommon table {margin-left: 0 !important}
.jp-RenderedHTMLCommon .highlight {margin-bottom: 1em}
.jp-RenderedMarkdown, .jp-OutputArea-output, .jp-InputArea-editor pre {overflow-x: auto !important}
</style>'''
NOTEBOOK_HREF = re.compile(r'href="((?![a-z]+:)[^"#]*\.ipynb)')   # of links within the project


# ---- a notebook's cells

def title(notebook):
    "A page's title, from nbdev's front matter or its first heading."
    found = re.search(r'^title:\s*(.+)$|^#\s+(.+)$', notebook.cells[0].source, re.M)
    return (found.group(1) or found.group(2)).strip().strip('"\'') if found else 'Page'


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
        if cell.cell_type == 'code' and re.search(r'^#\|\s*echo:\s*false', cell.source, re.M):
            cell.metadata['transient'] = {'remove_source': True}


# ---- addresses; all are paths below the top of the site, like `data/digits.html`

def page_of(notebook):
    "The page of a notebook's path: a number in front of its name is left out, as nbdev does."
    folder, _, name = notebook.rpartition('/')
    page = re.sub(r'^\d+[a-zA-Z0-9]*_', '', name).removesuffix('.ipynb') + '.html'
    return f'{folder}/{page}' if folder else page


def link_notebooks(body):
    "Links to notebooks become links to their pages."
    return NOTEBOOK_HREF.sub(lambda m: f'href="{page_of(m.group(1))}', body)


def link_locally(body, page, places, host):
    "Links to the published site become links between these pages; names of places match in any case."
    def local(link):
        target, wanted = link.group(1), (link.group(2) or '').lower()
        if target not in places: return link.group(0)
        place = places[target].get(wanted)
        return f'href="{relpath(target, dirname(page) or ".")}' + (f'#{place}"' if place else '"')
    return re.sub(rf'href="{re.escape(host)}/([\w/.-]+\.html)(?:#([^"]*))?"', local, body)


def places_in(body):
    "Names of places in a page, by their lower-case form."
    return {name.lower(): name for name in re.findall(r'\bid="([^"]+)"', body)}


def without_quarto(body):
    "Take out what only Quarto reads: attributes after a link, and links in comments of code."
    body = re.sub(r'(</a>)\{target=[^}]*\}', r'\1', body)
    return re.sub(r'\[`([^`\]]+)`\]\(https?://[^)\s]+\)', r'\1', body)


# ---- the list of pages

def sidebar():
    "Notebooks and sections in the order of reading."
    return yaml.safe_load((NBS/'sidebar.yml').read_text(encoding='utf-8'))['website']['sidebar']['contents']


def navigation(contents, titles, here):
    "The list of pages in the order of reading, the present one marked."
    items = []
    for entry in contents:
        if not isinstance(entry, str):
            items += [f'<b>{html.escape(entry["section"])}</b>', navigation(entry['contents'], titles, here)]
            continue
        page = page_of(entry)
        mark = ' class="here"' if page == here else ''
        items.append(f'<a href="{relpath(page, dirname(here) or ".")}"{mark}>{html.escape(titles[page])}</a>')
    return ''.join(items)


def with_navigation(body, contents, titles, page):
    "A page with the list of pages beside it."
    nav = f'{STYLE}<nav class="site-nav">{navigation(contents, titles, page)}</nav>'
    return re.sub(r'(<body[^>]*>)', lambda m: m.group(1) + nav, body, count=1)


# ---- the site

def processed_notebooks():
    "Notebooks by page, processed as nbdev does for Quarto."
    import nbformat
    from nbdev.serve import proc_nbs
    folder = Path(proc_nbs(force=True))
    names = [path.relative_to(NBS).as_posix() for path in notebooks()]
    return {page_of(name): nbformat.read(folder/name, as_version=4) for name in names}


def rendered(found):
    "Each notebook as HTML, by page."
    from nbconvert import HTMLExporter
    exporter = HTMLExporter(template_name='lab', exclude_input_prompt=True, exclude_output_prompt=True)
    bodies = {}
    for page, notebook in found.items():
        front_matter_to_markdown(notebook)
        leave_out_sources(notebook)
        bodies[page] = link_notebooks(without_quarto(exporter.from_notebook_node(notebook)[0]))
    return bodies


def build_with_nbconvert():
    "Turn each notebook into a page with the list of pages beside it."
    from nbdev.config import get_config
    config = get_config(path=ROOT)
    host = config.doc_host + config.doc_baseurl
    contents = sidebar()
    found = processed_notebooks()
    titles = {page: 's5vh' if page == 'index.html' else title(notebook) for page, notebook in found.items()}
    bodies = rendered(found)
    places = {page: places_in(body) for page, body in bodies.items()}
    shutil.rmtree(OUT, ignore_errors=True)
    for page, body in bodies.items():
        (OUT/page).parent.mkdir(parents=True, exist_ok=True)
        body = with_navigation(link_locally(body, page, places, host), contents, titles, page)
        (OUT/page).write_text(body, encoding='utf-8')
    print(f'{len(bodies)} pages in {OUT.relative_to(ROOT)}')


def build_with_quarto():
    "Let nbdev call Quarto; README.md is ours, and is put back."
    subprocess.run([Path(sys.executable).parent/'nbdev_docs'], cwd=ROOT, check=True)
    subprocess.run([sys.executable, ROOT/'scripts/make_readme.py'], cwd=ROOT, check=True)


if __name__ == '__main__': build_with_quarto() if shutil.which('quarto') else build_with_nbconvert()
