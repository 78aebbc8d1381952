"""Time the Mamba engines in S5VH as UCF101 is trained (25 frames x 4096 features, width 256, 6 layers, batch 128); print ratios.

`plain` keeps all states in memory at once, as plain PyTorch code of the field does; `reference` is our readable scan, frame by frame;
`fused` is what is used. All three share everything else. The peak is that of a 2048 x 2048 matrix by the faster of torch's libraries.

python scripts/bench_mamba.py             # encoding and a training step at 1 and 2 threads, share of the matrix-multiply peak, memory
python scripts/bench_mamba.py --frames    # cost of one layer, Mamba and Transformer, against the number of frames
python scripts/bench_mamba.py --busy --threads 1  # on a machine that does other work: processor time
"""
import argparse, subprocess, sys, time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import get_context
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from bench_tools import peak_memory, scans_by
from s5vh.codes import random_codes
from s5vh.UNKNOWN_data import two_views
from s5vh.fast.linear import linear
from s5vh.layers.mixers import temporal_layer
from s5vh.methods.network import S5VH, ModelConfig
from s5vh.training.run import PRESETS, TrainConfig, complete, losses

BATCH, FRAMES, FEATURES, WIDTH, CENTERS = 128, 25, 4096, 256, PRESETS['ucf'].get('n_centers', 101)
CONFIG = complete(TrainConfig('ucf', 64), 9537, CENTERS)
ENGINES = 'plain', 'reference', 'fused'


def network():
    "S5VH as UCF101 is trained."
    torch.manual_seed(0)
    return S5VH(ModelConfig(FEATURES, CONFIG.bits, CENTERS), random_codes(CENTERS, CONFIG.bits)).train()


def training_step(model, frames):
    "A function that does one step of the optimiser."
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=CONFIG.lr, fused=True)
    labels = F.one_hot(torch.arange(BATCH) % CENTERS, CENTERS).float()
    def step():
        optimizer.zero_grad(set_to_none=True)
        losses(model(frames, two_views(BATCH, FRAMES, CONFIG.mask_ratio)), labels, CONFIG)['total'].backward()
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


def middle(times): return sorted(times)[len(times) // 2]


@cache
def jobs():
    "What is timed, by name, and the network that does it."
    frames, model = torch.randn(BATCH, FRAMES, FEATURES), network()
    return {'encode': partial(model.encode, frames, BATCH, progress=False), 'train': training_step(model, frames)}, model


def seconds(engine, name, threads, repeats, now):
    "Seconds of `repeats` calls of a job, after one that is not timed."
    torch.set_num_threads(threads)
    work, model = jobs()
    with scans_by(engine, model): return clock(work[name], repeats + 1, now)[1:]


def operations(name, repeats=4):
    "Matrix-multiply operations of a job, on average: DropPath makes them differ. torch counts those of its own library only."
    with patch('s5vh.linear.by_onednn', lambda *_: False), FlopCounterMode(display=False) as counter:
        for _ in range(repeats): jobs()[0][name]()
    return counter.get_total_flops() / repeats


def peak(threads):
    "Matrix-multiply rate of the machine now, operations a second."
    torch.set_num_threads(threads)
    a = torch.randn(2048, 2048)
    return 2 * 2048 ** 3 / min(clock(lambda: linear(a, a), 6))


def print_ratios(name, threads, times, rates, work):
    "A line for a job."
    plain, reference, fused = (middle(times[engine]) for engine in ENGINES)
    print(f'{name:8}{threads:8}{plain:9.2f}{reference:13.2f}{fused:9.3f}{plain / fused:13.1f}{reference / fused:17.1f}'
          f'{BATCH / fused:10.1f}{work / fused / 1e9:9.1f}{max(rates) / 1e9:7.1f}{work / fused / max(rates):7.2f}', flush=True)


def measure(name, threads, repeats, now):
    "Seconds of each engine for a job, and the peak meanwhile. Engines take turns, so that a busy machine slows all; each has a process and memory of its own."
    times, rates = defaultdict(list), []
    with ExitStack() as stack:
        workers = {e: stack.enter_context(ProcessPoolExecutor(1, get_context('spawn'))) for e in ENGINES}
        for _ in range(repeats):
            for engine, worker in workers.items():
                times[engine] += worker.submit(seconds, engine, name, threads, repeats if engine == 'fused' else 1, now).result()
            rates.append(peak(threads))
    return times, rates


def ratios(args):
    print(f'{"":8}{"threads":>8}{"plain s":>9}{"reference s":>13}{"fused s":>9}{"plain:fused":>13}{"reference:fused":>17}'
          f'{"videos/s":>10}{"GFLOP/s":>9}{"peak":>7}{"share":>7}')
    for name in jobs()[0]:
        work = operations(name)
        for threads in args.threads:
            print_ratios(name, threads, *measure(name, threads, args.repeats, time.process_time if args.busy else time.perf_counter), work)


def memory(args):
    torch.set_num_threads(args.threads[-1])
    step = training_step(network(), torch.randn(BATCH, FRAMES, FEATURES))
    for _ in range(3): step()
    print(f'training, fused, largest resident memory: {peak_memory():.2f} GB')


def frame_cost(args):
    torch.set_num_threads(args.threads[-1])
    total, mixers = 12_800, ('mamba', 'transformer')
    print('us a frame, forward and backward of one layer\n' + f'{"frames":>7}{"videos":>8}' + ''.join(f'{m:>13}' for m in mixers))
    layers = {m: temporal_layer(m, WIDTH) for m in mixers}
    for l in (25, 50, 100, 200, 400, 800, 1600):
        x = torch.randn(total // l, l, WIDTH)
        costs = [min(clock(lambda: layer(x).sum().backward(), 4)) / total * 1e6 for layer in layers.values()]
        print(f'{l:7}{total // l:8}' + ''.join(f'{c:13.2f}' for c in costs), flush=True)


if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--threads', type=int, nargs='+', default=[1, 2], help='thread counts to time')
    p.add_argument('--repeats', type=int, default=2, help='rounds, and calls of the fused engine in each; the median is printed')
    p.add_argument('--busy', action='store_true', help='time the processor instead of the clock; with one thread only')
    p.add_argument('--frames', action='store_true', help='cost against the number of frames')
    p.add_argument('--memory', action='store_true', help='largest memory of training with the fused engine only')
    args = p.parse_args()
    if args.busy and args.threads != [1]: p.error('--busy needs --threads 1')
    if args.frames: frame_cost(args)
    elif args.memory: memory(args)
    else:
        ratios(args)
        subprocess.run([sys.executable, __file__, '--memory'], check=True)
