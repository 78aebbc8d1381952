"""Time training as UCF101 and FCVID are trained (synthetic features), against plain code, in one run.

python scripts/bench_train.py                   # both configurations
python scripts/bench_train.py --config ucf --threads 1

`plain` keeps all states of a scan in memory at once and reads its videos one by one; `reference` scans frame
by frame in plain PyTorch; `s5vh` is what `s5vh.train` does, which also keeps freed memory for the next step;
the others do so with --keep.
All take the steps of `s5vh.training.loop.train_step`, before and after the warm-up of the pseudo-labels.
"""
import argparse
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np
import torch
import torch.nn.functional as F

from bench_tools import peak_memory, scans_by
from s5vh.codes import random_codes
from s5vh.methods import s5vh
from s5vh.training.batches import feature_batches
from s5vh.training.checkpoint import TrainState
from s5vh.training.loop import train_step
from s5vh.training.run import keep_memory

FRAMES, FEATURES, BITS = 25, 4096, 64
CONFIGS = dict(ucf=(512, 101), fcv=(1024, 450)) # videos held here, and centers
PARTS = 'data', 'forward', 'backward', 'optimiser', 'labels'


class Store:
    "Synthetic features in memory, read as a `FeatureStore` is."
    def __init__(self, n):
        self.array = np.random.default_rng(0).standard_normal((n, FRAMES, FEATURES), np.float32)
    shape = property(lambda self: self.array.shape)
    def __len__(self): return len(self.array)
    def __getitem__(self, index): return np.ascontiguousarray(self.array[index])


def one_by_one(store, batches):
    "Batches put together video by video."
    for index in batches: yield torch.stack([torch.from_numpy(store[int(i)]) for i in index])


def run(name):
    "A training run's state before its first epoch."
    n, n_centers = CONFIGS[name]
    preset = s5vh.s5vh_presets(name, n, 'described', 'mamba')
    sizes = dict(bits=BITS, d_feature=FEATURES, n_centers=n_centers)
    config = s5vh.S5VHConfig(dataset=name, method='s5vh', **sizes, **preset)
    torch.manual_seed(0)
    method = s5vh.S5VH(config, random_codes(n_centers, BITS)).train()
    method.add_training_buffer('labels', F.one_hot(torch.arange(n) % n_centers, n_centers).float())
    return TrainState(method, method.optimizer(), torch.arange(n), torch.Generator().manual_seed(0))


@contextmanager
def timed(seconds, owner, name, part):
    "Within, calls of `owner.name` add their time to `seconds[part]`."
    fn = getattr(owner, name)
    def wrapped(*args, **kwargs):
        start = time.perf_counter()
        try: return fn(*args, **kwargs)
        finally: seconds[part] += time.perf_counter() - start
    with patch.object(owner, name, wrapped): yield


def steps(state, batches, index, seconds):
    "Train on `batches`, adding up the time of each part of a step."
    start = time.perf_counter()
    with ExitStack() as stack:
        watched = ((state.method, 'terms', 'forward'), (torch.Tensor, 'backward', 'backward'),
                   (state.optimizer, 'step', 'optimiser'), (state.method, 'after_step', 'labels'))
        for owner, name, part in watched: stack.enter_context(timed(seconds, owner, name, part))
        stream = iter(batches)
        for i in index:
            waited = time.perf_counter()
            frames = next(stream)
            seconds['data'] += time.perf_counter() - waited
            train_step(state, frames, i)
    return time.perf_counter() - start


def measure(state, store, way, n_steps, warm, keep=False):
    "Videos a second, and the share of each part."
    state.method.epoch = 0 if warm else state.config.warmup
    b, generator = state.config.batch_size, torch.Generator().manual_seed(0)
    index = [torch.randperm(len(store), generator=generator)[:b] for _ in range(n_steps)]
    batches = one_by_one(store, index) if way == 'plain' else feature_batches(store, index, 'cpu')
    seconds = dict.fromkeys(PARTS, 0.)
    keep_memory(way == 's5vh' or keep)
    with scans_by({'s5vh': 'fused'}.get(way, way), state.method):
        total = steps(state, batches, index, seconds)
    return n_steps * b / total, {part: s / total for part, s in seconds.items()}


def bench(name, rounds, keep):
    "A table for one configuration: the ways in turns, so that a busy machine slows all alike."
    store = Store(CONFIGS[name][0])
    state, found = run(name), {}
    measure(state, store, 's5vh', 1, True)
    for _ in range(rounds):
        for way in ('plain', 'reference', 's5vh'):
            for warm in (True, False):
                measured = measure(state, store, way, 1 if way != 's5vh' else 3, warm, keep)
                found.setdefault((way, warm), []).append(measured)
    print(f'\n{name}: batch {state.config.batch_size}, {torch.get_num_threads()} threads; videos a second')
    print(f'{"":28}{"":>9}{"to plain":>10}' + ''.join(f'{p:>11}' for p in PARTS))
    for (way, warm), results in found.items():
        rate, parts = sorted(results, key=lambda r: r[0])[len(results) // 2]
        plain = sorted(r for r, _ in found['plain', warm])[len(results) // 2]
        shares = ''.join(f'{parts[p]:11.1%}' for p in PARTS)
        when = 'warm-up' if warm else 'after it'
        print(f'{way:12}{when:16}{rate:9.1f}{rate / plain:10.1f}{shares}', flush=True)


def memory(name):
    store = Store(CONFIGS[name][0])
    before = peak_memory()
    measure(run(name), store, 's5vh', 2, False)
    print(f'{name}: largest resident memory {peak_memory():.2f} GB, {before:.2f} GB of it before training '
          '(packages, and the features)', flush=True)


if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--config', nargs='+', choices=CONFIGS, default=list(CONFIGS))
    p.add_argument('--threads', type=int, default=torch.get_num_threads())
    p.add_argument('--rounds', type=int, default=1, help='the median of them is printed')
    p.add_argument('--keep', action='store_true', help='plain code and reference keep freed memory too')
    p.add_argument('--memory', choices=CONFIGS, help='largest memory of our training only')
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    if args.memory: memory(args.memory)
    else:
        for name in args.config:
            bench(name, args.rounds, args.keep)
            command = [sys.executable, __file__, '--memory', name, '--threads', str(args.threads)]
            subprocess.run(command, check=True)
