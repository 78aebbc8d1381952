"""Print the table that a demonstration run ends with, from the `metrics.json` of its folder.

python scripts/demo_table.py runs/digits-s5vh-16 runs/demo-train.ipynb runs/demo-evaluate.ipynb
"""
import json
import sys
from pathlib import Path

KS = (5, 20, 40, 60, 80, 100)


def table(metrics):
    "Lines of the table: MAP at each k, a row for each kind of codes."
    config = metrics['config']
    what = f"{config['dataset']}, {config['bits']} bits, {config['epochs']} epochs"
    yield f'{what}; MAP@k divided by k, ties by database index'
    yield f"{'':28}" + ''.join(f'{f"@{k}":>8}' for k in KS)
    for name, row in metrics['table'].items():
        yield f'{name:28}' + ''.join(f"{row[f'MAP@{k}']:8.3f}" for k in KS)


def main(folder, *notebooks):
    metrics = json.loads((Path(folder)/'metrics.json').read_text(encoding='utf-8'))
    print('', *table(metrics), '', sep='\n')
    print(f"executed notebooks, with their plots: {', '.join(notebooks)}\nfigures: {folder}/metrics.json")


if __name__ == '__main__': main(*sys.argv[1:])
