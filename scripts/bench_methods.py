"""Cost of every method on one data set: parameters, seconds an epoch, memory, what a checkpoint keeps.

python scripts/bench_methods.py                               # the embedded digits, 32 bits
python scripts/bench_methods.py --dataset mine --data-root data --layers 1

Each method trains in a process of its own, on one thread, at the width of its settings for the data set.
"""
import argparse
import json
import os
import subprocess
import sys
import time

EPOCHS = 3   # the least time of these counts


def n_numbers(tensors):
    "How many numbers tensors hold."
    return sum(tensor.numel() for tensor in tensors)


def epoch_seconds(state, store):
    "Least time of an epoch, in its steps and in what the method prepares before them."
    import threading
    from tqdm import tqdm
    from s5vh.training.loop import run_epoch
    times = []
    for _ in range(min(EPOCHS, state.config.epochs)):
        start = time.perf_counter()
        run_epoch(state, store, store, threading.Event(), tqdm(disable=True))
        times.append(time.perf_counter() - start)
    return min(times, default=0.)


def measure(name, dataset, data_root, bits, settings):
    "What one method costs, in this process."
    import torch
    import s5vh.methods
    from bench_tools import peak_memory
    from s5vh.data.datasets import load
    from s5vh.training.checkpoint import new_state
    from s5vh.training.run import keep_memory
    torch.set_num_threads(1)
    keep_memory()
    data = load(dataset, data_root)
    cls = s5vh.methods.base.METHODS[name]
    known = {key: value for key, value in settings.items() if key in cls.Config.__dataclass_fields__}
    config = cls.resolve_config(data, bits, **known)
    before, start = peak_memory(), time.perf_counter()
    state = new_state(cls, config, data, 'cpu')
    build = time.perf_counter() - start
    seconds = epoch_seconds(state, data.train.features) if state.optimizer else 0.
    learned = [p for p in state.method.parameters() if p.requires_grad]
    return dict(method=name, parameters=n_numbers(learned), build_seconds=round(build, 2),
                epoch_seconds=round(seconds, 2), memory_gb=round(peak_memory() - before, 2),
                kept_numbers=n_numbers(state.method.training_buffers().values()))


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--dataset', default='digits')
    p.add_argument('--data-root')
    p.add_argument('--bits', type=int, default=32)
    p.add_argument('--layers', type=int, help='encoder layers of every network')
    p.add_argument('--only', help='one method, in this process')
    return p.parse_args()


def main():
    args = parse()
    settings = {} if args.layers is None else dict(layers=args.layers)
    if args.only:
        print(json.dumps(measure(args.only, args.dataset, args.data_root, args.bits, settings)))
        return
    from s5vh.methods.base import METHODS
    import s5vh.methods  # noqa: F401, registers them
    for name in METHODS:
        command = [sys.executable, *sys.argv, '--only', name]
        one_thread = os.environ | {'OMP_NUM_THREADS': '1'}
        done = subprocess.run(command, capture_output=True, text=True, env=one_thread)
        if done.returncode: sys.exit(done.stderr)
        print(done.stdout.splitlines()[-1], flush=True)


if __name__ == '__main__': main()
