"""Execute the runs of a grid: `python scripts/sweep.py grids/small.yaml`.

Runs that are done are passed over; the exit status is 1 when some failed.
"""
import argparse
import sys

from s5vh.experiments.results import read_records, write_records
from s5vh.experiments.sweep import grid_runs, read_grid, sweep


def record(grid, runs, path):
    "Put what the runs of a grid have left into a file of records."
    asked, found = grid_runs(read_grid(grid)), read_records(runs)
    write_records({name: found[name] for name in found if name in asked}, path)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('grids', nargs='+', help='YAML files')
    p.add_argument('--runs', default='runs', help='folder of all runs')
    p.add_argument('--data-root', help='folder of all data sets; default: S5VH_DATA, else data/')
    p.add_argument('--workers', type=int, help='runs at a time; default: one for each core')
    p.add_argument('--device', default='auto', help='auto, cpu or cuda')
    p.add_argument('--record', help='a .jsonl file: add the records of these grids\' runs to it')
    args = p.parse_args()
    failed = {}
    for grid in args.grids:
        found = sweep(grid, args.runs, args.data_root, args.workers, args.device)
        failed |= found['failed']
        print(f"{grid}: {found['done']} runs done, {found['passed over']} were done before, "
              f"{len(found['failed'])} failed, {len(found['missing'])} data sets without files", flush=True)
        if args.record: record(grid, args.runs, args.record)
    for name, reason in failed.items(): print(f'{name}: {reason}')
    sys.exit(bool(failed))


if __name__ == '__main__':
    try: main()
    except (ValueError, OSError) as e: sys.exit(f'sweep: {e}')
