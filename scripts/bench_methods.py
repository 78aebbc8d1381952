"""Cost of methods on one data set: parameters, seconds an epoch, memory, what a checkpoint keeps.

python scripts/bench_methods.py --layers 1                  # every method, on the embedded digits
python scripts/bench_methods.py --grid grids/methods.yaml --dataset bsl_sign --data-root data

Each is trained for `--epochs` epochs in a process of its own, on one thread; stages and warm-up shrink with
them, so that each part of a method acts. Prints a JSON line for each; `--out FILE` adds them to a file.
"""
import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

SHRINK = ('epochs', 'seed', 'warmup', 'stage1_epochs', 'pretrain_epochs')   # of a run's settings


def n_numbers(tensors):
    "How many numbers tensors hold."
    return sum(tensor.numel() for tensor in tensors)


def epoch_seconds(state, store):
    "Mean time of an epoch, in its steps and in what the method prepares before them."
    from tqdm import tqdm
    from s5vh.training.loop import run_epoch
    start = time.perf_counter()
    for _ in range(state.config.epochs):
        run_epoch(state, store, store, threading.Event(), tqdm(disable=True))
    return (time.perf_counter() - start) / state.config.epochs


def measure(name, data, bits, epochs, settings):
    "What one method costs, in this process."
    from bench_tools import peak_memory
    from s5vh.methods.base import METHODS
    from s5vh.training.checkpoint import new_state
    cls = METHODS[name]
    run = cls.resolve_config(data, bits, **settings)
    shorter = {key: value for key, value in settings.items() if key not in SHRINK}
    config = cls.resolve_config(data, bits, **shorter, epochs=min(epochs, run.epochs))
    before, start = peak_memory(), time.perf_counter()
    state = new_state(cls, config, data, 'cpu')
    build = time.perf_counter() - start
    seconds = epoch_seconds(state, data.train.features) if state.optimizer else 0.
    learned = [p for p in state.method.parameters() if p.requires_grad]
    return dict(method=name, epochs=run.epochs, parameters=n_numbers(learned), build_seconds=round(build, 2),
                epoch_seconds=round(seconds, 3), memory_gb=round(peak_memory() - before, 2),
                kept_numbers=n_numbers(state.method.training_buffers().values()))


def measure_here(args):
    "Print what the method `--only` costs."
    import torch
    import s5vh.methods  # noqa: F401, registers them
    from s5vh.data.datasets import load
    from s5vh.training.run import keep_memory
    torch.set_num_threads(1)
    keep_memory()
    data = load(args.dataset, args.data_root)
    print(json.dumps(measure(args.only, data, args.bits, args.epochs, json.loads(args.settings))))


def everything(args):
    "Label, method and settings of all that is to be measured: the rows of a grid, or every method."
    import s5vh.methods  # noqa: F401, registers them
    from s5vh.experiments.sweep import read_grid
    from s5vh.methods.base import METHODS
    if not args.grid:
        for name, cls in METHODS.items():
            has_layers = args.layers and 'layers' in cls.Config.__dataclass_fields__
            yield name, name, dict(layers=args.layers) if has_layers else {}
        return
    for label, runs in read_grid(args.grid)['rows'].items():
        settings = next((s for s in runs if s['dataset'] == args.dataset), None)
        if settings is None: continue
        own = {key: value for key, value in settings.items() if key not in ('dataset', 'bits')}
        yield label, own.pop('method', 's5vh'), own


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--dataset', default='digits')
    p.add_argument('--data-root')
    p.add_argument('--bits', type=int, default=32)
    p.add_argument('--epochs', type=int, default=4)
    p.add_argument('--layers', type=int, help='encoder layers of every network')
    p.add_argument('--grid', help='measure the rows of a YAML file, not every method')
    p.add_argument('--out', help='a .jsonl file: add the lines to it')
    p.add_argument('--only', help='one method, in this process')
    p.add_argument('--settings', default='{}', help='its settings, as JSON')
    return p.parse_args()


def main():
    args = parse()
    if args.only: return measure_here(args)
    about = dict(grid=Path(args.grid).stem if args.grid else None, dataset=args.dataset)
    for label, name, settings in everything(args):
        command = [sys.executable, *sys.argv, '--only', name, '--settings', json.dumps(settings)]
        one_thread = os.environ | {'OMP_NUM_THREADS': '1'}
        done = subprocess.run(command, capture_output=True, text=True, env=one_thread)
        if done.returncode: sys.exit(done.stderr)
        line = json.dumps(about | dict(row=label) | json.loads(done.stdout.splitlines()[-1]))
        print(line, flush=True)
        if args.out:
            with open(args.out, 'a') as f: f.write(line + '\n')


if __name__ == '__main__': main()
