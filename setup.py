"Installs s5vh; every field comes from settings.ini, and each `*_requirements` key there is an extra."
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

here = Path(__file__).parent
config = ConfigParser(delimiters=['='])
config.read(here/'settings.ini', encoding='utf-8')
cfg = config['DEFAULT']
extras = {key.removesuffix('_requirements'): cfg[key].split() for key in cfg if key.endswith('_requirements')}
readme = here/'README.md'

setup(
    name=cfg['lib_name'],
    version=cfg['version'],
    license='Apache-2.0',
    description=cfg['description'],
    keywords=cfg['keywords'],
    author=cfg['author'],
    url=cfg['git_url'],
    long_description=readme.read_text(encoding='utf-8') if readme.exists() else '',
    long_description_content_type='text/markdown',
    packages=find_packages(include=['s5vh', 's5vh.*']),
    package_data={'s5vh': ['py.typed']},
    python_requires=f"~={cfg['min_python']}",
    install_requires=cfg['requirements'].split(),
    extras_require=extras,
    entry_points={
        'nbdev': [f"{cfg['lib_name']}={cfg['lib_path']}._modidx:d"],
        'console_scripts': cfg.get('console_scripts', '').split(),
    },
    zip_safe=False,
)
