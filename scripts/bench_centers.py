"""Time preprocessing at the size of FCVID on synthetic features, or hash centers of given semantic centers.

python scripts/bench_centers.py                               # every stage: seconds, and peak memory so far
python scripts/bench_centers.py --similarity                  # also the N x N similarity matrix
python scripts/bench_centers.py --matrix semantic.npy         # hash centers: seconds, separation, consistency
python scripts/bench_centers.py --matrix semantic.npy --effort 1 8 --free --seeds 3  # how far from its limit
python scripts/bench_centers.py --matrix semantic.npy --cold  # the first call ever, compiling included

The features are synthetic: groups of videos around a few themes, made block by block, so that no file of
their size is needed.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

os.environ['TQDM_DISABLE'] = '1'
if '--threads' not in sys.argv: os.environ |= {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'}
import numpy as np

from bench_tools import peak_memory
from s5vh.centers.annealing import unit_rows
from s5vh.centers.center_files import FILES, write_matrix, write_similarity
from s5vh.centers.clusters import cluster, latent_features, nearest_anchors
from s5vh.centers.hash_centers import center_report, consistent_centers, hash_centers
from s5vh.data.axes import mean_blocks


class SyntheticStore:
    "Features that are made when they are asked for: the interface of `FeatureStore`, without a file."
    def __init__(self, n_videos, n_frames, d_feature, n_groups, seed=0):
        self.shape, self.seed = (n_videos, n_frames, d_feature), seed
        rng = np.random.default_rng(seed)
        themes = rng.standard_normal((n_groups // 10 + 1, d_feature), np.float32)
        offsets = rng.standard_normal((n_groups, d_feature), np.float32)
        self.groups = themes[np.arange(n_groups) % len(themes)] + offsets

    def __len__(self): return self.shape[0]

    def blocks(self, size=256):
        "All features, a block of videos at a time; the same ones in every pass."
        for start in range(0, len(self), size):
            rng, n = np.random.default_rng([self.seed, start]), min(size, len(self) - start)
            group = rng.integers(len(self.groups), size=n)
            video = rng.standard_normal((n, 1, self.shape[2]), np.float32)
            frames = rng.standard_normal((n, *self.shape[1:]), np.float32)
            yield self.groups[group, None] + 0.5 * video + frames


@contextmanager
def stage(name):
    "Print what a stage took, and the greatest memory of the process so far."
    start = time.perf_counter()
    yield
    print(f'{name:36s} {time.perf_counter() - start:8.1f} {peak_memory():8.2f}', flush=True)


def all_stages(a, folder):
    "Every stage of preprocessing, with its file."
    def save(key, array, n=None): write_matrix(folder/FILES[key][0].format(n), FILES[key][1], array)
    store = SyntheticStore(a.videos, a.frames, a.features, a.centers)
    print(f'synthetic features {store.shape}, p = {a.latent}, K = {a.centers}')
    print(f'{"stage":36s} {"seconds":>8s} {"peak GB":>8s}')
    start = time.perf_counter()
    with stage('making the features, two passes'):
        for _ in range(2): sum(len(x) for x in mean_blocks(store, ''))
    with stage('latent features, making included'):
        latent = latent_features(store, a.latent)
        save('latent', latent)
    with stage('clusters'):
        anchors = cluster(latent, a.centers)
        save('anchors', anchors)
    with stage('3 nearest anchors'): save('nearest', nearest_anchors(latent, anchors, 3)[0])
    semantic = unit_rows(anchors).astype(np.float32)
    save('semantic', semantic)
    for n in a.bits:
        with stage(f'hash centers, {n} bits'):
            codes = hash_centers(semantic, n)
            save('hash', codes.astype(np.float32), n)
        r = center_report(codes, semantic)
        print(f'    {r["pairs_below"]} pairs below d_max = {r["d_max"]}, minimum {r["min_distance"]}, '
              f'Spearman {r["spearman"]:.3f}')
    if a.similarity: time_similarity(folder/FILES['similarity'][0], latent, anchors)
    print(f'{"all":36s} {time.perf_counter() - start:8.1f} {peak_memory():8.2f}')


def time_similarity(path, latent, anchors):
    "The similarity matrix of all videos."
    with stage('similarity matrix'): write_similarity(path, latent, anchors)
    size, dense = path.stat().st_size / 2**20, 4 * len(latent)**2 / 2**30
    print(f'    file {size:.0f} MB; as a dense array in memory {dense:.1f} GB')


def time_centers(semantic, bits, name, find):
    "One line: what `find` found, and how long it took."
    start = time.perf_counter()
    codes = find()
    seconds, r = time.perf_counter() - start, center_report(codes, semantic)
    print(f'{bits:4d}  {name:24s} {seconds:8.2f} {r["d_max"]:6d} {r["min_distance"]:4d} '
          f'{r["pairs_below"]:6d} {r["spearman"]:9.4f}', flush=True)


def all_methods(a, semantic):
    "Hash centers of given semantic centers, by all methods and efforts asked for."
    print(f'semantic centers {semantic.shape}\nbits  {"method":24s}  seconds  d_max  min  below  Spearman')
    for n in a.bits:
        for method in a.methods:
            for seed in range(a.seeds):
                def find(): return hash_centers(semantic, n, method, seed)
                time_centers(semantic, n, f'{method}, seed {seed}', find)
        for effort in a.effort:
            for seed in range(a.seeds):
                def find(min_distance=None):
                    return consistent_centers(semantic, n, seed, min_distance, effort)
                time_centers(semantic, n, f'effort {effort:g}, seed {seed}', find)
                if a.free: time_centers(semantic, n, '  without separation', lambda: find(0))


def cold(a):
    "The same in a fresh process that finds nothing compiled: one for each code length."
    for n in a.bits:
        with tempfile.TemporaryDirectory() as empty:
            command = [sys.executable, __file__, '--matrix', a.matrix, '--bits', str(n)]
            command += ['--methods', *a.methods]
            environment = os.environ | {'NUMBA_CACHE_DIR': empty}
            for _ in ('compiling', 'compiled'): subprocess.run(command, env=environment, check=True)


def parse():
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    sizes = dict(videos=45585, frames=25, features=512, latent=512, centers=450)
    for name, value in sizes.items():
        parser.add_argument(f'--{name}', type=int, default=value)
    parser.add_argument('--bits', type=int, nargs='+', help='default: 64, or 16 32 64 with --matrix')
    parser.add_argument('--threads', action='store_true', help='leave the number of threads to the libraries')
    parser.add_argument('--similarity', action='store_true')
    parser.add_argument('--matrix', help='.npy file with semantic centers, (K, p)')
    parser.add_argument('--methods', nargs='*', default=['consistent'])
    parser.add_argument('--effort', type=float, nargs='*', default=[], help='factors on the number of sweeps')
    parser.add_argument('--seeds', type=int, default=1)
    parser.add_argument('--free', action='store_true', help='also without the constraint of separation')
    parser.add_argument('--cold', action='store_true', help='in fresh processes, compiling and compiled')
    return parser.parse_args()


def main():
    a = parse()
    a.bits = a.bits or ([16, 32, 64] if a.matrix else [64])
    if a.cold: return cold(a)
    if a.matrix: return all_methods(a, np.load(a.matrix))
    with tempfile.TemporaryDirectory() as folder: all_stages(a, Path(folder))


if __name__ == '__main__': main()
