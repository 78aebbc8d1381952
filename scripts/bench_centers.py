"""Time preprocessing at the size of FCVID on synthetic features, or hash centers for semantic centers of your own.

python scripts/bench_centers.py                                # every stage: seconds, and peak memory so far
python scripts/bench_centers.py --similarity                   # also the N x N similarity matrix
python scripts/bench_centers.py --matrix semantic.npy          # hash centers: seconds, separation, consistency
python scripts/bench_centers.py --matrix semantic.npy --effort 1 8 --free --seeds 3   # how far the search is from its limit
python scripts/bench_centers.py --matrix semantic.npy --cold   # the first call ever, compiling included

The features are synthetic: groups of videos around a few themes, made block by block, so that no file of their size is needed.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

os.environ |= {'TQDM_DISABLE': '1'} | ({} if '--threads' in sys.argv else {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'})
import numpy as np

from bench_tools import peak_memory
from s5vh.UNKNOWN_centers import 
from s5vh.centers.center_files import FILES
from s5vh.centers.clusters import cluster, latent_features
from s5vh.centers.hash_centers import center_report, consistent_centers, hash_centers
from s5vh.data.axes import mean_blocks
                          nearest_anchors, unit_rows, write_matrix, write_similarity)


class SyntheticStore:
    "Features that are made when they are asked for: the interface of `FeatureStore`, without a file."
    def __init__(self, n_videos, n_frames, d_feature, n_groups, seed=0):
        self.shape, self.seed, rng = (n_videos, n_frames, d_feature), seed, np.random.default_rng(seed)
        themes = rng.standard_normal((n_groups // 10 + 1, d_feature), np.float32)
        self.groups = themes[np.arange(n_groups) % len(themes)] + rng.standard_normal((n_groups, d_feature), np.float32)

    def __len__(self): return self.shape[0]

    def blocks(self, size=256):
        "All features, a block of videos at a time; the same ones in every pass."
        for at in range(0, len(self), size):
            rng, n = np.random.default_rng([self.seed, at]), min(size, len(self) - at)
            group, video = rng.integers(len(self.groups), size=n), rng.standard_normal((n, 1, self.shape[2]), np.float32)
            frames = rng.standard_normal((n, *self.shape[1:]), np.float32)
            yield self.groups[group, None] + 0.5 * video + frames


@contextmanager
def stage(name):
    "Print what a stage took, and the greatest memory of the process so far."
    start = time.perf_counter()
    yield
    print(f'{name:36s} {time.perf_counter() - start:8.1f} {peak_memory():8.2f}', flush=True)


def whole(a, folder):
    "Every stage of preprocessing, with its file."
    def save(key, array, n=None): write_matrix(folder/FILES[key][0].format(n), FILES[key][1], array)
    store = SyntheticStore(a.videos, a.frames, a.features, a.centers)
    print(f'synthetic features {store.shape}, p = {a.latent}, K = {a.centers}\n{"stage":36s} {"seconds":>8s} {"peak GB":>8s}')
    start = time.perf_counter()
    with stage('making the features, two passes'):
        for _ in range(2): sum(len(x) for x in mean_blocks(store, ''))
    with stage('latent features, making included'): save('latent', latent := latent_features(store, a.latent))
    with stage('clusters'): save('anchors', anchors := cluster(latent, a.centers))
    with stage('3 nearest anchors'): save('nearest', nearest_anchors(latent, anchors, 3)[0])
    save('semantic', semantic := unit_rows(anchors).astype(np.float32))
    for n in a.bits:
        with stage(f'hash centers, {n} bits'): save('hash', (codes := hash_centers(semantic, n)).astype(np.float32), n)
        r = center_report(codes, semantic)
        print(f'    {r["pairs_below"]} pairs below d_max = {r["d_max"]}, minimum {r["min_distance"]}, Spearman {r["spearman"]:.3f}')
    if a.similarity: similarity(folder, latent, anchors)
    print(f'{"all":36s} {time.perf_counter() - start:8.1f} {peak_memory():8.2f}')


def similarity(folder, latent, anchors):
    "The similarity matrix of all videos."
    path = folder/FILES['similarity'][0]
    with stage('similarity matrix'): write_similarity(path, latent, anchors)
    print(f'    file {path.stat().st_size / 2**20:.0f} MB; as a dense array in memory {4 * len(latent)**2 / 2**30:.1f} GB')


def show(semantic, bits, name, find):
    "One line: what `find` found, and how long it took."
    start = time.perf_counter()
    codes = find()
    seconds, r = time.perf_counter() - start, center_report(codes, semantic)
    print(f'{bits:4d}  {name:24s} {seconds:8.2f} {r["d_max"]:6d} {r["min_distance"]:4d} {r["pairs_below"]:6d} {r["spearman"]:9.4f}', flush=True)


def matrix(a, semantic):
    "Hash centers of given semantic centers, by all methods and efforts asked for."
    print(f'semantic centers {semantic.shape}\nbits  {"method":24s}  seconds  d_max  min  below  Spearman')
    for n in a.bits:
        for method in a.methods:
            for seed in range(a.seeds): show(semantic, n, f'{method}, seed {seed}', lambda: hash_centers(semantic, n, method, seed))
        for effort in a.effort:
            for seed in range(a.seeds):
                show(semantic, n, f'effort {effort:g}, seed {seed}', lambda: consistent_centers(semantic, n, seed, effort=effort))
                if a.free: show(semantic, n, f'  without separation', lambda: consistent_centers(semantic, n, seed, 0, effort))


def cold(a):
    "The same in a fresh process that finds nothing compiled: one for each code length."
    for n in a.bits:
        with tempfile.TemporaryDirectory() as empty:
            command = [sys.executable, __file__, '--matrix', a.matrix, '--bits', str(n), '--methods', *a.methods]
            for _ in ('compiling', 'compiled'): subprocess.run(command, env=os.environ | {'NUMBA_CACHE_DIR': empty}, check=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (('videos', 45585), ('frames', 25), ('features', 512), ('latent', 512), ('centers', 450)):
        parser.add_argument(f'--{name}', type=int, default=value)
    parser.add_argument('--bits', type=int, nargs='+', help='default: 64, or 16 32 64 with --matrix')
    parser.add_argument('--threads', action='store_true', help='leave the number of threads to the libraries')
    parser.add_argument('--similarity', action='store_true')
    parser.add_argument('--matrix', help='.npy file with semantic centers, (K, p)')
    parser.add_argument('--methods', nargs='*', default=['consistent'])
    parser.add_argument('--effort', type=float, nargs='*', default=[], help='factors on the number of sweeps')
    parser.add_argument('--seeds', type=int, default=1)
    parser.add_argument('--free', action='store_true', help='also without the constraint: what separation costs')
    parser.add_argument('--cold', action='store_true', help='in fresh processes, compiling and compiled')
    return parser.parse_args()


def main():
    a = parse()
    a.bits = a.bits or ([16, 32, 64] if a.matrix else [64])
    if a.cold: return cold(a)
    if a.matrix: return matrix(a, np.load(a.matrix))
    with tempfile.TemporaryDirectory() as folder: whole(a, Path(folder))


if __name__ == '__main__': main()
