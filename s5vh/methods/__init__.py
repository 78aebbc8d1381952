"Methods: what is learned, and how. Importing the package registers every method in it, and those of other packages."
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

for module in iter_modules(__path__): import_module(f'{__name__}.{module.name}')
for other in entry_points(group='s5vh.methods'): other.load()
