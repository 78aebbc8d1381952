"Print the table that a demonstration run ends with, from its `metrics.json`."
import json
import sys
from pathlib import Path

KS = (5, 20, 40, 60, 80, 100)


def main(folder, *notebooks):
    metrics = json.loads((Path(folder)/'metrics.json').read_text())
    config, rows = metrics['config'], metrics['table']
    print(f"\n{config['dataset']}, {config['bits']} bits, {config['epochs']} epochs; MAP@k divided by k, ties by database index")
    print(f"{'':28}" + ''.join(f'{f"@{k}":>8}' for k in KS))
    for name, row in rows.items(): print(f'{name:28}' + ''.join(f"{row[f'MAP@{k}']:8.3f}" for k in KS))
    print(f"\nexecuted notebooks, with their plots: {', '.join(notebooks)}\nfigures: {folder}/metrics.json")


if __name__ == '__main__': main(*sys.argv[1:])
