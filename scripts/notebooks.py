"Where the notebooks are, for the scripts beside this one."
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
