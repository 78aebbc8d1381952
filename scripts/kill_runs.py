"""Train, be killed at random times, train on: the result must be that of an unbroken run, bit for bit.

python scripts/kill_runs.py                  # 50 kills
python scripts/kill_runs.py --kills 500 --variant released

Prints a line for each run, most of them killed several times; exits with 1 where one ends otherwise.
"""
import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ |= {'OMP_NUM_THREADS': '1', 'TQDM_DISABLE': '1'}

import numpy as np
import torch

from s5vh.data.features import write_h5, write_labels
from s5vh.training.run import train

SETTINGS = dict(epochs=12, batch_size=16, warmup=2, size='mini', d_model=16, d_decoder=16, device='cpu',
                save_every=1, progress=False)


def write_data(root):
    "A small data set of random videos."
    rng = np.random.default_rng(0)
    for split, n in (('train', 64), ('test', 12)):
        write_h5(root/f'tiny/{split}_feats.h5', 'feats', rng.standard_normal((n, 8, 16)).astype(np.float32))
        write_labels(root/f'tiny/{split}_labels.mat', np.eye(4)[rng.integers(4, size=n)])


def train_in_child(root, folder, variant, seconds=None):
    "Train in a child process, which is killed after so many seconds; whether it was."
    child = os.fork()
    if not child:
        warnings.simplefilter('ignore')
        code = 1
        try:
            train('tiny', 16, data_root=root, out=folder, variant=variant, **SETTINGS)
            code = 0
        finally: os._exit(code)
    end = time.monotonic() + (seconds or 3600)
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found and status: sys.exit(f'{folder}: a run that was not killed failed')
        if found: return False
        time.sleep(.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def left_by(folder):
    "The model's bytes, and the log without times."
    lines = (folder/'log.jsonl').read_text().splitlines()
    log = [{k: v for k, v in json.loads(line).items() if 'second' not in k} for line in lines]
    return (folder/'model.safetensors').read_bytes(), log


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--kills', type=int, default=50)
    p.add_argument('--variant', default='improved', help='of s5vh')
    p.add_argument('--seed', type=int, default=0, help='of the times')
    args = p.parse_args()
    torch.set_num_threads(1)
    root, rng = Path(tempfile.mkdtemp()), random.Random(args.seed)
    write_data(root)
    train_in_child(root, root/'unbroken', args.variant)
    start = time.monotonic()
    train_in_child(root, root/'again', args.variant)
    seconds, expected = time.monotonic() - start, left_by(root/'unbroken')
    different = int(left_by(root/'again') != expected)
    kills = runs = 0
    while kills < args.kills:
        folder, before = root/'killed', kills
        shutil.rmtree(folder, ignore_errors=True)
        while train_in_child(root, folder, args.variant, rng.uniform(.1, 1) * seconds): kills += 1
        runs += 1
        same = left_by(folder) == expected
        different += not same
        leftovers = [path.name for path in folder.iterdir() if path.name.endswith(('.tmp', '.damaged'))]
        print(f'{kills - before} kills: {"the same" if same else "DIFFERENT"}; left: {leftovers}', flush=True)
    print(f'{kills} kills of {runs} runs ({args.variant}): {different} ended otherwise than the unbroken run')
    shutil.rmtree(root)
    sys.exit(bool(different))


if __name__ == '__main__': main()
