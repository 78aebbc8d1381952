"Where the notebooks are and how one is tested, for the scripts beside this one."
import os
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT/'nbs'


def is_hidden(path):
    "Whether a file or one of its folders below nbs/ starts with a dot or an underscore, as checkpoints do."
    return any(part[0] in '._' for part in path.relative_to(NBS).parts)


def notebooks():
    "Every notebook of the project, in all sub-folders of nbs/."
    return sorted(path for path in NBS.rglob('*.ipynb') if not is_hidden(path))


def short(path):
    "A path as it is printed: relative to the top folder of the project."
    return Path(path).relative_to(ROOT).as_posix()


def passes(path, skip_flags, force_flags):
    """Whether a notebook's tests pass; what fails is printed with its traceback.

    Stands in a module: a notebook takes the place of `__main__` in the process that runs it."""
    from nbdev.test import test_nb
    os.chdir(NBS)
    try: return test_nb(path, skip_flags=skip_flags, force_flags=force_flags, basepath=ROOT)[0]
    except Exception:
        print(f'{short(path)}:', traceback.format_exc(), sep='\n', file=sys.stderr, flush=True)
        return False
