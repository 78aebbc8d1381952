"""Check links: of the built site, and of README.md and CONTRIBUTING.md. What a page points to must be there.

python scripts/check_links.py               # the site in _docs, and both files
python scripts/check_links.py --external    # also list the links to other sites; they are not opened

The exit status is 1 when a link is broken.
"""
import argparse
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from notebooks import ROOT

DOCUMENTS = ('README.md', 'CONTRIBUTING.md')


class Page(HTMLParser):
    "The links of a page, and the places in it that a link can point to."
    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.links += [attrs[name] for name in ('href', 'src') if attrs.get(name) is not None]
        self.anchors |= {attrs[name] for name in ('id', 'name') if attrs.get(name)}


def is_external(link): return bool(urlsplit(link).scheme or urlsplit(link).netloc)


def target_of(link, page, folder):
    "The file that a local link of a page points to; a folder stands for its index."
    path = unquote(urlsplit(link).path)
    if not path: return page
    target = folder/path.lstrip('/') if path.startswith('/') else page.parent/path
    return (target/'index.html' if target.is_dir() else target).resolve()


def fault(link, page, pages, folder):
    "What is wrong with a local link of a page; '' where nothing is."
    if not link.strip(): return 'empty'
    target = target_of(link, page, folder)
    if not target.is_relative_to(folder): return 'outside of the site'
    if not target.exists(): return 'no such file'
    anchor = unquote(urlsplit(link).fragment)
    if anchor and target in pages and anchor not in pages[target].anchors: return 'no such place on the page'
    return ''


def site_links(folder):
    "Links of the site as (page, link, what is wrong), external ones with None."
    pages = {path: Page(path.read_text(encoding='utf-8')) for path in sorted(folder.rglob('*.html'))}
    if not pages: sys.exit(f'{folder}: no pages; build them first')
    for path, page in pages.items():
        for link in page.links:
            if link.startswith('data:'): continue
            yield path, link, None if is_external(link) else fault(link, path, pages, folder)


def document_links():
    "Links of the project's text files, likewise; blocks of code are left out."
    for name in DOCUMENTS:
        text = re.sub(r'^ *```.*?^ *```', '', (ROOT/name).read_text(encoding='utf-8'), flags=re.M | re.S)
        for link in re.findall(r'\]\(([^)\s]+)\)', text):
            there = is_external(link) or (ROOT/unquote(urlsplit(link).path)).exists()
            yield ROOT/name, link, None if is_external(link) else '' if there else 'no such file'


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('folder', nargs='?', default=ROOT/'_docs', help='the built site (default: _docs)')
    p.add_argument('--external', action='store_true', help='also list the links to other sites')
    args = p.parse_args()
    folder = Path(args.folder).resolve()
    found = [*site_links(folder), *document_links()]
    broken = dict.fromkeys(f'{path}: {link}: {why}' for path, link, why in found if why)
    external = dict.fromkeys(f'{path}: {link}' for path, link, why in found if why is None)
    print(*broken, *(external if args.external else ()), sep='\n')
    print(f'{len(found) - len(external)} local links, {len(broken)} of them broken')
    sys.exit(bool(broken))


if __name__ == '__main__': main()
