"Codes of videos on disk, under names: search, range search, duplicates."
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what is imported on first use, for type checkers and editors
    from s5vh.search.base import Neighbours, packed_codes
    from s5vh.search.duplicates import Duplicates, find_duplicates
    from s5vh.search.ids import Names, checked_ids, read_names, strings
    from s5vh.search.index import Index
    from s5vh.search.manifest import ENGINES, FORMAT, IVF_FROM, Manifest, check_file
    from s5vh.search.manifest import read_manifest, write_manifest
    from s5vh.search.milvus import MilvusIndex

_HOME = {
    'Index': 'index', 'MilvusIndex': 'milvus', 'Neighbours': 'base', 'packed_codes': 'base',
    'Duplicates': 'duplicates', 'find_duplicates': 'duplicates',
    'Names': 'ids', 'checked_ids': 'ids', 'read_names': 'ids', 'strings': 'ids',
    'ENGINES': 'manifest', 'FORMAT': 'manifest', 'IVF_FROM': 'manifest', 'Manifest': 'manifest',
    'check_file': 'manifest', 'read_manifest': 'manifest',
    'write_manifest': 'manifest'}
__all__ = list(_HOME)


def __getattr__(name):
    "Import a public name on first use: FAISS and Milvus are not needed to name them."
    if name not in _HOME: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(import_module(f'{__name__}.{_HOME[name]}'), name)
    globals()[name] = value
    return value


def __dir__(): return sorted([*globals(), *_HOME])
