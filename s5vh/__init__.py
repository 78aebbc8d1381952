"Self-supervised video hashing: videos to short binary codes, learned without labels, and searched."
__version__ = "0.2.0"

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what is imported on first use, for type checkers and editors
    from s5vh.centers.hash_centers import center_report, hash_centers
    from s5vh.data.datasets import load
    from s5vh.evaluation.metrics import evaluate_codes
    from s5vh.evaluation.report import evaluate
    from s5vh.methods.base import METHODS, open_model
    from s5vh.methods.baselines import baseline
    from s5vh.search.index import Index
    from s5vh.training.run import train
    from s5vh.video.extract import extract

_HOME = {
    'load': 'data.datasets', 'train': 'training.run', 'open_model': 'methods.base', 'evaluate': 'evaluation.report',
    'evaluate_codes': 'evaluation.metrics', 'hash_centers': 'centers.hash_centers',
    'center_report': 'centers.hash_centers', 'baseline': 'methods.baselines', 'Index': 'search.index',
    'extract': 'video.extract', 'METHODS': 'methods.base'}
__all__ = list(_HOME)


def __getattr__(name):
    "Import a public name on first use, so that `import s5vh` takes no time."
    if name not in _HOME: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(import_module(f'{__name__}.{_HOME[name]}'), name)
    globals()[name] = value
    return value


def __dir__(): return sorted([*globals(), *_HOME])
