"""Check the shape of notebooks and modules: size, tests for what is exported, width, and who imports whom.

python scripts/check_notebooks.py                        # notebooks, modules, imports, table of contents
python scripts/check_notebooks.py nbs/00_codes.ipynb     # these notebooks alone

Prints `file: what was found, what was expected`, and exits with 1 when there is something to print.
"""
import ast
import json
import re
import sys
from pathlib import Path

import yaml

from notebooks import NBS, ROOT, notebooks, short

MAX_CELLS = 80               # of a notebook
MAX_KB = 200                 # of a notebook with its saved outputs
MAX_LINES = 450              # of a module
MAX_COLUMNS = 110            # of a line of code
MAX_NAMES = 2                # on the left of one assignment
MAX_EXPORTS = 3              # export cells before a sentence and an example must follow
MIN_TESTS = 0.6              # cells with asserting tests for each export cell
LONG_MODULES = ('fast/',)    # kernels may be longer

# What each sub-package, or module at the top, may import: only rows above its own, and of those only the
# ones it names. `methods.base` is one module of a sub-package.
ALLOWED_IMPORTS = {
    'codes':       '',
    'files':       '',
    'writing':     'files',
    'trial':       'files',
    'parallel':    '',
    'fast':        '',
    'data':        'files writing trial',
    'layers':      'fast',
    'centers':     'codes files writing fast data',
    'methods':     'codes files writing parallel fast data layers centers',
    'runs':        'files writing methods.base',
    'evaluation':  'codes files writing parallel fast data methods.base methods.baselines runs',
    'training':    'files writing parallel data methods.base methods.settings runs evaluation.metrics',
    'search':      'codes files writing',
    'video':       'files writing parallel data',
    'inputs':      'codes files writing parallel data methods search video',
    'experiments': 'files writing parallel data methods runs evaluation training',
    'shell':       'files methods.base',
    'cli':         'codes files parallel data centers methods runs evaluation training search video inputs '
                   'experiments shell',
    'robustness':  'files data centers methods evaluation search video inputs experiments',
}


# ---- cells

class Cell:
    "A cell of a notebook, with what it is for: text, module, imports, export, test or example."
    def __init__(self, cell):
        self.name, self.source = cell.get('id', '?'), ''.join(cell['source'])
        self.is_code = cell['cell_type'] == 'code'
        self.directives = re.findall(r'^#\|\s*(.*)$', self.source, re.M) if self.is_code else []
        self.tree = parse(self.source) if self.is_code else ast.Module([], [])
        self.kind = self.find_kind()

    def exports(self): return any(d.startswith('export') for d in self.directives)

    def find_kind(self):
        "What the cell is for."
        if not self.is_code: return 'text'
        if any(d.startswith('default_exp') for d in self.directives): return 'module'
        if all(is_import(statement) for statement in self.tree.body): return 'imports'
        if self.exports(): return 'export'
        return 'test' if any(is_check(node) for node in ast.walk(self.tree)) else 'example'


def parse(source):
    "The syntax tree of a cell without its magics and shell commands; of what is no Python, `pass`."
    try: return ast.parse(re.sub(r'^(\s*)[!%].*$', r'\1pass', source, flags=re.M))
    except SyntaxError: return ast.parse('pass')


def is_import(statement): return isinstance(statement, (ast.Import, ast.ImportFrom))


def called(node):
    "The name of the function that a call calls; '' for other nodes."
    if not isinstance(node, ast.Call): return ''
    return getattr(node.func, 'attr', getattr(node.func, 'id', ''))


def is_check(node):
    "Whether a node of the syntax tree tests something."
    return isinstance(node, ast.Assert) or bool(re.match(r'assert_|test_|raises$|refused$', called(node)))


def read_cells(path):
    "The cells of a notebook."
    return [Cell(cell) for cell in json.loads(path.read_text(encoding='utf-8'))['cells']]


# ---- notebooks: each check yields (what was found, what was expected)

def check_size(path, cells):
    "Cells and kilobytes."
    kb = path.stat().st_size / 1024
    if len(cells) > MAX_CELLS: yield f'{len(cells)} cells', f'at most {MAX_CELLS}'
    if kb > MAX_KB: yield f'{kb:.0f} KB', f'at most {MAX_KB}'


def check_opening(path, cells):
    "A title, and the subtitle that becomes the module's docstring."
    first = cells[0].source if cells else ''
    if not re.match(r'# \S', first): yield f'opens with {first[:30]!r}', 'a first cell `# Title`'
    elif not re.search(r'^> \S', first, re.M): yield 'no subtitle below the title', '`> its subject`'


def check_tests(path, cells):
    "Enough tests for what is exported."
    kinds = [cell.kind for cell in cells]
    exports, tests = kinds.count('export'), kinds.count('test')
    if tests < MIN_TESTS * exports:
        yield f'{tests} test cells for {exports} export cells', f'at least {MIN_TESTS} for each'


def check_runs(path, cells):
    "After a few export cells at most, both a sentence and an example or a test."
    run, seen = 0, set()
    for cell in cells:
        if cell.kind == 'export':
            run += 1
            if run == 1: seen = set()
            if run == MAX_EXPORTS + 1:
                yield (f'cell {cell.name} is export cell {run} without a sentence and an example between',
                       f'at most {MAX_EXPORTS}')
        seen.add('example' if cell.kind == 'test' else cell.kind)
        if {'text', 'example'} <= seen: run = 0


def check_columns(path, cells):
    "The width of lines of code."
    for cell in cells:
        widest = max(map(len, cell.source.splitlines()), default=0) if cell.is_code else 0
        if widest > MAX_COLUMNS:
            yield f'cell {cell.name} has a line of {widest} columns', f'at most {MAX_COLUMNS}'


def check_imports_alone(path, cells):
    "A cell with imports holds nothing else: building the pages runs every cell that has one."
    for cell in cells:
        imports = [is_import(statement) for statement in cell.tree.body]
        if any(imports) and not all(imports) and 'nbdev_export' not in cell.source:
            yield f'cell {cell.name} has imports among other code', 'imports in a cell of their own'


def check_assignments(path, cells):
    "Exported code gives values to one or two names at a time."
    for cell in cells:
        for node in ast.walk(cell.tree) if cell.exports() else ():
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = max((len(t.elts) for t in targets if isinstance(t, (ast.Tuple, ast.List))), default=0)
            if names > MAX_NAMES:
                yield (f'cell {cell.name} assigns to {names} names at once: {ast.unparse(node)[:60]}',
                       f'at most {MAX_NAMES}')


def statement_lists(tree):
    "All sequences of statements in a syntax tree: bodies of functions, loops, branches."
    for node in ast.walk(tree):
        for field in ('body', 'orelse', 'finalbody'):
            statements = getattr(node, field, None)
            if isinstance(statements, list): yield statements


def check_statements(path, cells):
    "One statement to a line, and no row of calls in place of statements."
    for cell in cells:
        for statements in statement_lists(cell.tree):
            for before, after in zip(statements, statements[1:]):
                if before.end_lineno == after.lineno and 'nbdev_export' not in cell.source:
                    yield f'cell {cell.name} joins statements: {ast.unparse(after)[:60]}', 'one to a line'
            for statement in statements if cell.exports() else ():
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Tuple):
                    row = ast.unparse(statement)[:60]
                    yield f'cell {cell.name} has calls in a row: {row}', 'a line for each'


def check_failures(path, cells):
    "A test of an error says which error: otherwise a slip in the test passes for it."
    for cell in cells:
        for node in ast.walk(cell.tree):
            if called(node) != 'test_fail': continue
            known = {keyword.arg for keyword in node.keywords}   # None stands for **arguments
            if not known & {'contains', None}:
                yield f'cell {cell.name} calls test_fail without contains=', 'the error named'


CHECKS = (check_size, check_opening, check_tests, check_runs, check_columns, check_imports_alone,
          check_assignments, check_statements, check_failures)


def notebook_problems(path):
    "What is wrong with one notebook, as lines."
    cells = read_cells(path)
    found = [pair for check in CHECKS for pair in check(path, cells)]
    return [f'{short(path)}: {what}, expected {expected}' for what, expected in found]


# ---- modules

def modules():
    "Written modules by name without the package: `data.axes`; a sub-package's own names under `data`."
    package = ROOT/'s5vh'
    apart = {package/'__init__.py', package/'_modidx.py'}   # the public names, and nbdev's index
    found = {}
    for path in sorted(set(package.rglob('*.py')) - apart):
        parts = path.relative_to(package).with_suffix('').parts
        found['.'.join(parts).removesuffix('.__init__')] = path
    return found


def length_problems(path):
    "A module that is too long, as a line."
    n_lines = len(path.read_text(encoding='utf-8').splitlines())
    free = path.relative_to(ROOT/'s5vh').as_posix().startswith(LONG_MODULES)
    if n_lines <= MAX_LINES or free: return []
    return [f'{short(path)}: {n_lines} lines, expected at most {MAX_LINES}']


def at_import(node):
    "The parts of a syntax tree that run when the module is imported: bodies of functions left out."
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)): continue
        yield from at_import(child)


def absolute(node, path):
    "The module that a `from ... import` names, in full: `s5vh.data`; other packages likewise."
    if not node.level: return node.module or ''
    package = path.relative_to(ROOT).parent.parts
    base = package[:len(package) - node.level + 1]
    return '.'.join([*base, node.module] if node.module else base)


def imported(nodes, path, known):
    "Modules of s5vh that these nodes import: `data.axes`, `data`; `s5vh` for a name of the package itself."
    found = set()
    for node in nodes:
        if not is_import(node): continue
        start = f'{absolute(node, path)}.' if isinstance(node, ast.ImportFrom) else ''
        for name in (start + alias.name for alias in node.names):
            if name.split('.')[0] != 's5vh' or name == 's5vh.__version__': continue
            inner = name.removeprefix('s5vh').lstrip('.')
            outer = inner.rpartition('.')[0]
            found.add(inner if inner in known else outer or 's5vh')
    return found


def is_allowed(target, package):
    "Whether a module of `package` may import `target`."
    allowed = ALLOWED_IMPORTS[package].split()
    within = target.split('.')[0] == package
    return within or any(target == name or target.startswith(name + '.') for name in allowed)


def import_problems(name, path, known):
    "Imports of one module that `ALLOWED_IMPORTS` does not have, as lines."
    package = name.split('.')[0]
    if package not in ALLOWED_IMPORTS:
        return [f'{short(path)}: sub-package {package}, expected one of {", ".join(ALLOWED_IMPORTS)}']
    targets = imported(ast.walk(ast.parse(path.read_text(encoding='utf-8'))), path, known)
    allowed = ALLOWED_IMPORTS[package] or 'modules of its own'
    return [f'{short(path)}: imports {target}, expected only {allowed}'
            for target in sorted(targets) if not is_allowed(target, package)]


def table_problems():
    "Rows of `ALLOWED_IMPORTS` that name a row below them."
    order = list(ALLOWED_IMPORTS)
    return [f'{short(__file__)}: {package} imports {name}, expected a row above it'
            for package, names in ALLOWED_IMPORTS.items() for name in names.split()
            if name.split('.')[0] not in order[:order.index(package)]]


def find_cycle(graph):
    "Modules that import each other in a ring, the first one again at the end; empty where there are none."
    done = set()

    def visit(name, trail):
        if name in trail: return [*trail[trail.index(name):], name]
        if name in done: return []
        rings = (visit(target, [*trail, name]) for target in sorted(graph.get(name, ())))
        ring = next(filter(None, rings), [])
        done.add(name)
        return ring

    return next(filter(None, (visit(name, []) for name in sorted(graph))), [])


def imports_at_import(name, path, found):
    "Other modules that a module imports while it is imported itself; none of what is no Python."
    try: tree = ast.parse(path.read_text(encoding='utf-8'))
    except SyntaxError: return set()
    return imported(at_import(tree), path, found) - {name}


def cycle_problems(found):
    "A ring of imports, as a line."
    files = {name: path for name, path in found.items() if path.stem != '__init__'}
    graph = {name: imports_at_import(name, path, found) for name, path in files.items()}
    ring = find_cycle(graph)
    return [f's5vh: imports in a ring, {" -> ".join(ring)}, expected none'] if ring else []


def module_problems():
    "What is wrong with the modules, as lines."
    found = modules()
    lines = table_problems()
    for name, path in found.items():
        try: lines += length_problems(path) + import_problems(name, path, found)
        except SyntaxError as e: lines.append(f'{short(path)}: line {e.lineno} is no Python, expected Python')
    return lines + cycle_problems(found)


# ---- table of contents

def listed(contents):
    "Notebooks of a sidebar's contents, in order."
    for item in contents:
        if isinstance(item, str): yield item
        else: yield from listed(item['contents'])


def contents_problems():
    "Notebooks that the site's table of contents lacks, and entries without a notebook."
    path = NBS/'sidebar.yml'
    entries = list(listed(yaml.safe_load(path.read_text(encoding='utf-8'))['website']['sidebar']['contents']))
    there = {p.relative_to(NBS).as_posix() for p in notebooks()}
    missing = [f'{short(path)}: no entry for {name}, expected one' for name in sorted(there - set(entries))]
    stale = [name for name in entries if name not in there]
    return missing + [f'{short(path)}: entry {name}, expected a notebook of that name' for name in stale]


def problems(paths=None):
    "All that is wrong, a line each; with `paths`, with these notebooks alone."
    if paths: return [line for path in paths for line in notebook_problems(Path(path).resolve())]
    lines = [line for path in notebooks() for line in notebook_problems(path)]
    return lines + module_problems() + contents_problems()


def main(paths):
    lines = problems(paths)
    if lines: print(*lines, sep='\n')
    sys.exit(bool(lines))


if __name__ == '__main__': main(sys.argv[1:])
