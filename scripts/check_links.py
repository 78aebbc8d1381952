"Check the links of the built site: that what a page points to is there. Exit status 1 when something is not."
import argparse
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent


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


def fault(link, page, pages, folder):
    "What is wrong with a local link of a page; '' where nothing is."
    parts = urlsplit(link)
    if not link.strip(): return 'empty'
    path = unquote(parts.path)
    target = (folder/path.lstrip('/') if path.startswith('/') else page.parent/path).resolve() if path else page
    if target.is_dir(): target = target/'index.html'
    if not target.is_relative_to(folder): return 'outside of the site'
    if not target.exists(): return 'no such file'
    anchor = unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors: return 'no such place on the page'
    return ''


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('folder', nargs='?', default=ROOT/'_docs', help='the built site (default: _docs)')
    p.add_argument('--external', action='store_true', help='also list the links to other sites; they are not opened')
    args = p.parse_args()
    folder = Path(args.folder).resolve()
    pages = {path: Page(path.read_text()) for path in sorted(folder.rglob('*.html'))}
    if not pages: sys.exit(f'{args.folder}: no pages; build them first')
    found = [(path, link) for path, page in pages.items() for link in page.links if not link.startswith('data:')]
    local = [(path, link) for path, link in found if not is_external(link)]
    broken = [(path, link, why) for path, link in local if (why := fault(link, path, pages, folder))]
    if args.external:
        for path, link in dict.fromkeys(f for f in found if is_external(f[1])): print(f'{path.relative_to(folder)}: {link}')
    for path, link, why in dict.fromkeys(broken): print(f'{path.relative_to(folder)}: {link}: {why}')
    print(f'{len(pages)} pages, {len(local)} local links, {len(broken)} of them broken')
    sys.exit(bool(broken))


if __name__ == '__main__': main()
