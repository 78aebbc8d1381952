"""Time the Mamba engines in a network of S5VH's size (UCF101: 25 frames x 4096 features, batch 128) and print ratios.

python scripts/bench_mamba.py             # ratios at 1 and 2 threads, share of the matrix-multiply peak, memory
python scripts/bench_mamba.py --frames    # cost of one layer against the number of frames
python scripts/bench_mamba.py --busy --threads 1  # on a machine that does other work: processor time
"""
import argparse, subprocess, sys, time
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from s5vh.mamba import BidirectionalLayer, Mamba

FEATURES, WIDTH, DECODER, BITS, LAYERS, FRAMES, HIDDEN, BATCH = 4096, 256, 192, 64, 6, 25, 12, 128


now = time.perf_counter # or processor time, with --busy


class Network(nn.Module):
    "The parts of S5VH that cost time, wired simply; replace `encode` and `loss` to time another model."
    def __init__(self, engine):
        super().__init__()
        mixer = partial(Mamba, engine=engine)
        self.embed, self.head = nn.Linear(FEATURES, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.layers = nn.ModuleList(BidirectionalLayer(WIDTH, mixer) for _ in range(LAYERS))
        self.norm, self.hash = nn.LayerNorm(WIDTH, eps=1e-6), nn.Sequential(nn.Linear(WIDTH, BITS), nn.LayerNorm(BITS))
        self.to_decoder, self.mask_token = nn.Linear(BITS, DECODER, bias=False), nn.Parameter(torch.zeros(1, 1, DECODER))
        self.decoder, self.decoder_norm = BidirectionalLayer(DECODER, mixer), nn.LayerNorm(DECODER, eps=1e-6)
        self.reconstruct = nn.Linear(DECODER, FEATURES)

    def encode(self, frames):
        x = self.embed(frames)
        for layer in self.layers: x = layer(x)
        return self.hash(self.head(self.norm(x)))

    def loss(self, frames):
        "Both views as one batch: the first and the last 13 of 25 frames; mean squared error over the hidden 12."
        b, seen = len(frames), FRAMES - HIDDEN
        x = self.encode(torch.cat([frames[:, :seen], frames[:, -seen:]]))
        tokens, hidden = self.to_decoder(x), self.mask_token.expand(b, HIDDEN, DECODER)
        decoded = torch.cat([torch.cat([tokens[:b], hidden], 1), torch.cat([hidden, tokens[b:]], 1)])
        decoded = self.decoder_norm(self.decoder(decoded))
        guess = self.reconstruct(torch.cat([decoded[:b, seen:], decoded[b:, :HIDDEN]]))
        return F.mse_loss(guess, torch.cat([frames[:, seen:], frames[:, :HIDDEN]])) + x.mean(1).square().mean()


def mamba_flops(width, n=16):
    "Matrix-multiply operations of one block per frame, forward."
    d, r = 2 * width, -(-width // 16)
    return 2 * (width * 2 * d + d * (r + 2 * n) + r * d + d * width)


def flops(batch):
    "Matrix-multiply operations of a batch: encoding all frames; a training step."
    encoder = 2 * FEATURES * WIDTH + LAYERS * 2 * mamba_flops(WIDTH) + 2 * WIDTH * (WIDTH + BITS)
    decoder = 2 * BITS * DECODER * (FRAMES - HIDDEN) / FRAMES + 2 * mamba_flops(DECODER) + 2 * DECODER * FEATURES * HIDDEN / FRAMES
    seen = 2 * batch * (FRAMES - HIDDEN)
    step = 3 * (seen * encoder + 2 * batch * FRAMES * decoder) - seen * 2 * FEATURES * WIDTH # no gradient of the input
    return batch * FRAMES * encoder, step


def clock(fn, repeats):
    "Seconds of each of `repeats` calls, by the clock `now`."
    times = []
    for _ in range(repeats):
        t = now()
        fn()
        times.append(now() - t)
    return times


def peak(threads):
    "Best matrix-multiply rate seen, operations a second."
    a = torch.randn(2048, 2048)
    return 2 * 2048 ** 3 / min(clock(lambda: a @ a, 6))


def step_of(net, frames):
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-4, fused=True)
    def step():
        optimizer.zero_grad()
        net.loss(frames).backward()
        optimizer.step()
    return step


def ratios(args):
    frames = torch.randn(BATCH, FRAMES, FEATURES)
    nets = {engine: Network(engine) for engine in ('reference', 'fused')}
    jobs = {'encode': {e: torch.no_grad()(partial(net.encode, frames)) for e, net in nets.items()},
            'train': {e: step_of(net, frames) for e, net in nets.items()}}
    work = dict(zip(jobs, flops(BATCH)))
    print(f'{"":8}{"threads":>8}{"reference s":>13}{"fused s":>9}{"ratio":>7}{"videos/s":>10}{"GFLOP/s":>9}{"peak":>7}{"share":>7}')
    for threads in args.threads:
        torch.set_num_threads(threads)
        for name, job in jobs.items():
            for fn in job.values(): fn()
            times, best = {e: [] for e in job}, 0
            for _ in range(args.repeats): # in turns, so that a busy machine slows all alike
                times['reference'] += clock(job['reference'], 1)
                times['fused'] += clock(job['fused'], 3)
                best = max(best, peak(threads))
            slow, fast = min(times['reference']), min(times['fused'])
            print(f'{name:8}{threads:8}{slow:13.2f}{fast:9.3f}{slow / fast:7.1f}{BATCH / fast:10.1f}'
                  f'{work[name] / fast / 1e9:9.1f}{best / 1e9:7.1f}{work[name] / fast / best:7.2f}', flush=True)


def memory(args):
    torch.set_num_threads(args.threads[-1])
    step = step_of(Network('fused'), torch.randn(BATCH, FRAMES, FEATURES))
    for _ in range(3): step()
    used = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))
    print(f'training, fused, largest resident memory: {used / 2**20:.2f} GB')


def frame_cost(args):
    torch.set_num_threads(args.threads[-1])
    layer, total = BidirectionalLayer(WIDTH), 12_800
    print(f'{"frames":>7}{"videos":>8}{"us/frame, encode":>18}{"train":>8}')
    for l in (25, 50, 100, 200, 400, 800, 1600):
        x = torch.randn(total // l, l, WIDTH)
        with torch.no_grad(): encode = min(clock(lambda: layer(x), 5))
        train = min(clock(lambda: layer(x).sum().backward(), 5))
        print(f'{l:7}{total // l:8}{encode / total * 1e6:18.2f}{train / total * 1e6:8.2f}', flush=True)


if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--threads', type=int, nargs='+', default=[1, 2], help='thread counts to time')
    p.add_argument('--repeats', type=int, default=3, help='rounds; the best of all is printed')
    p.add_argument('--busy', action='store_true', help='time the processor instead of the clock; with one thread only')
    p.add_argument('--frames', action='store_true', help='cost against the number of frames')
    p.add_argument('--memory', action='store_true', help='largest memory of training with the fused engine only')
    args = p.parse_args()
    if args.busy and args.threads != [1]: p.error('--busy needs --threads 1')
    if args.busy: now = time.process_time
    if args.frames: frame_cost(args)
    elif args.memory: memory(args)
    else:
        ratios(args)
        subprocess.run([sys.executable, __file__, '--memory'], check=True)
