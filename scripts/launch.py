"Run a notebook with parameters, as `papermill` does, but refuse a parameter that the notebook does not have."
import argparse
import sys
from pathlib import Path

import yaml


def parse(argv):
    "Notebook, output and parameters of a command line; values are read as YAML, so 32 is a number."
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('notebook')
    parser.add_argument('output', help='the executed notebook')
    parser.add_argument('-p', nargs=2, action='append', default=[], metavar=('NAME', 'VALUE'),
                        dest='parameters', help='a parameter; may be given again')
    parser.add_argument('-k', '--kernel', default='python3', help='Jupyter kernel')
    args = parser.parse_args(argv)
    return args, {name: yaml.safe_load(value) for name, value in args.parameters}


def check(notebook, parameters):
    "Stop with the list of known parameters when one is unknown; a papermill run would only warn."
    from papermill import inspect_notebook
    if not Path(notebook).exists(): sys.exit(f'{notebook}: no such notebook')
    known = inspect_notebook(notebook)
    unknown = [name for name in parameters if name not in known]
    if not unknown: return
    width = max(map(len, known), default=0)
    lines = [f"  {name:{width}} {p['default']:14} {p['help']}" for name, p in known.items()]
    sys.exit(f"{notebook}: no parameter {', '.join(unknown)}. Known are:\n" + '\n'.join(lines))


def main(argv=None):
    args, parameters = parse(argv)
    check(args.notebook, parameters)
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError
    Path(args.output).parent.mkdir(parents=True, exist_ok=True)
    try:
        execute_notebook(args.notebook, args.output, parameters, kernel_name=args.kernel,
                         progress_bar=sys.stderr.isatty(), stdout_file=sys.stdout, stderr_file=sys.stderr)
    except PapermillExecutionError as e:
        sys.exit(f'{args.notebook} failed: {e.ename}: {e.evalue}\n(as far as it came: {args.output})')
    print(f'{args.notebook} -> {args.output}')


if __name__ == '__main__': main()
