"""Time the Mamba engines in S5VH as UCF101 is trained, and print ratios.

The configuration: 25 frames x 4096 features, width 256, 6 layers, batch 128. `plain` keeps all states in
memory at once, as plain PyTorch code of the field does; `reference` is our readable scan, frame by frame;
`fused` is what is used. All three share everything else. The peak is that of a 2048 x 2048 matrix by the
faster of the libraries of torch.

python scripts/bench_mamba.py           # encoding and training at 1 and 2 threads, share of the peak, memory
python scripts/bench_mamba.py --frames  # a layer's cost, Mamba and Transformer, by the number of frames
python scripts/bench_mamba.py --busy --threads 1  # on a machine that does other work: processor time
"""
import argparse
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import get_context
from statistics import median_high
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from bench_tools import peak_memory, scans_by
from s5vh.codes import random_codes
from s5vh.fast.linear import linear
from s5vh.layers.blocks import temporal_layer
from s5vh.methods.base import total_loss
from s5vh.methods.s5vh import S5VH, S5VHConfig, s5vh_presets

BATCH, FRAMES = 128, 25
FEATURES, WIDTH = 4096, 256
VIDEOS, CENTERS, BITS = 9537, 101, 64
PRESET = s5vh_presets('ucf', VIDEOS, 'described', 'mamba')
CONFIG = S5VHConfig(dataset='ucf', method='s5vh', bits=BITS, d_feature=FEATURES, n_centers=CENTERS, **PRESET)
ENGINES = 'plain', 'reference', 'fused'


def network():
    "S5VH as UCF101 is trained."
    torch.manual_seed(0)
    model = S5VH(CONFIG, random_codes(CENTERS, BITS)).train()
    model.add_training_buffer('labels', F.one_hot(torch.arange(BATCH) % CENTERS, CENTERS).float())
    return model


def training_step(model, frames):
    "A function that does one step of the optimiser."
    optimizer, index = model.optimizer(), torch.arange(BATCH)
    def step():
        optimizer.zero_grad(set_to_none=True)
        terms, _ = model.terms(frames, model.masks(BATCH, FRAMES, None), index)
        total_loss(terms).backward()
        optimizer.step()
    return step


def clock(fn, repeats, now=time.perf_counter):
    "Seconds of each of `repeats` calls, by the clock `now`."
    times = []
    for _ in range(repeats):
        start = now()
        fn()
        times.append(now() - start)
    return times


@cache
def jobs():
    "What is timed, by name, and the network that does it."
    frames, model = torch.randn(BATCH, FRAMES, FEATURES), network()
    encode = partial(model.encode, frames, BATCH, progress=False)
    return dict(encode=encode, train=training_step(model, frames)), model


def seconds(engine, name, threads, repeats, now):
    "Seconds of `repeats` calls of a job, after one that is not timed."
    torch.set_num_threads(threads)
    work, model = jobs()
    with scans_by(engine, model): return clock(work[name], repeats + 1, now)[1:]


def operations(name, repeats=4):
    "Matrix-multiply operations of a job, on average, by torch's own library: it counts those alone."
    with patch('s5vh.fast.linear.by_onednn', lambda *_: False), FlopCounterMode(display=False) as counter:
        for _ in range(repeats): jobs()[0][name]()
    return counter.get_total_flops() / repeats


def peak(threads):
    "Matrix-multiply rate of the machine now, operations a second."
    torch.set_num_threads(threads)
    a = torch.randn(2048, 2048)
    return 2 * 2048 ** 3 / min(clock(lambda: linear(a, a), 6))


COLUMNS = {
    'threads': '8', 'plain s': '9.2f', 'reference s': '13.2f', 'fused s': '9.3f', 'plain:fused': '13.1f',
    'reference:fused': '17.1f', 'videos/s': '10.1f', 'GFLOP/s': '9.1f', 'peak': '7.1f', 'share': '7.2f'}


def print_ratios(name, threads, times, rates, work):
    "A line for a job."
    plain, reference, fused = (median_high(times[engine]) for engine in ENGINES)
    values = (threads, plain, reference, fused, plain / fused, reference / fused,
              BATCH / fused, work / fused / 1e9, max(rates) / 1e9, work / fused / max(rates))
    print(f'{name:8}' + ''.join(f'{v:{form}}' for v, form in zip(values, COLUMNS.values())), flush=True)


def measure(name, threads, repeats, now):
    """Seconds of each engine for a job, and the peak meanwhile.

    Engines take turns, so that a busy machine slows all; each has a process and memory of its own."""
    times, rates = defaultdict(list), []
    with ExitStack() as stack:
        workers = {e: stack.enter_context(ProcessPoolExecutor(1, get_context('spawn'))) for e in ENGINES}
        for _ in range(repeats):
            for engine, worker in workers.items():
                calls = repeats if engine == 'fused' else 1
                times[engine] += worker.submit(seconds, engine, name, threads, calls, now).result()
            rates.append(peak(threads))
    return times, rates


def ratios(args):
    print(' ' * 8 + ''.join(f'{title:>{form.split(".")[0]}}' for title, form in COLUMNS.items()))
    now = time.process_time if args.busy else time.perf_counter
    for name in jobs()[0]:
        work = operations(name)
        for threads in args.threads:
            times, rates = measure(name, threads, args.repeats, now)
            print_ratios(name, threads, times, rates, work)


def memory(args):
    torch.set_num_threads(args.threads[-1])
    step = training_step(network(), torch.randn(BATCH, FRAMES, FEATURES))
    for _ in range(3): step()
    print(f'training, fused, largest resident memory: {peak_memory():.2f} GB')


def backward(layer, x): layer(x).sum().backward()


def frame_cost(args):
    torch.set_num_threads(args.threads[-1])
    total, mixers = 12_800, ('mamba', 'transformer')
    print('us a frame, forward and backward of one layer')
    print(f'{"frames":>7}{"videos":>8}' + ''.join(f'{m:>13}' for m in mixers))
    layers = {m: temporal_layer(m, WIDTH) for m in mixers}
    for l in (25, 50, 100, 200, 400, 800, 1600):
        x = torch.randn(total // l, l, WIDTH)
        costs = [min(clock(partial(backward, layer, x), 4)) / total * 1e6 for layer in layers.values()]
        print(f'{l:7}{total // l:8}' + ''.join(f'{c:13.2f}' for c in costs), flush=True)


if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--threads', type=int, nargs='+', default=[1, 2], help='thread counts to time')
    p.add_argument('--repeats', type=int, default=2, help='rounds, and calls of the fused engine in each')
    p.add_argument('--busy', action='store_true', help='processor time, not the clock; with one thread only')
    p.add_argument('--frames', action='store_true', help='cost against the number of frames')
    p.add_argument('--memory', action='store_true', help='largest memory of training with the fused engine')
    args = p.parse_args()
    if args.busy and args.threads != [1]: p.error('--busy needs --threads 1')
    if args.frames: frame_cost(args)
    elif args.memory: memory(args)
    else:
        ratios(args)
        subprocess.run([sys.executable, __file__, '--memory'], check=True)
