"What the benchmarks share: plain code to compare with, and the memory used."
from contextlib import contextmanager
from unittest.mock import patch

import torch

from s5vh.layers import mamba


def plain_scan(u, delta, A, B, C, D=None): # as `s5vh.layers.mamba.scan_reference`
    "The scan as plain PyTorch code of the field does it: factors of all frames first, `(b, d, l, n)`."
    u, delta, B, C = (x.transpose(1, 2) for x in (u, delta, B, C))
    fade = torch.einsum('bdl,dn->bdln', delta, A).exp()
    write = torch.einsum('bdl,bnl,bdl->bdln', delta, B, u)
    h, ys = u.new_zeros(u.shape[0], *A.shape), []
    for s in range(u.shape[2]):
        h = fade[:, :, s] * h + write[:, :, s]
        ys.append(torch.einsum('bdn,bn->bd', h, C[:, :, s]))
    y = torch.stack(ys, dim=1)
    return y if D is None else y + D * u.transpose(1, 2)


@contextmanager
def scans_by(engine, model): # 'plain', or one of `s5vh.layers.mamba.engines()`
    "Within, every Mamba block of `model` scans by `engine`."
    blocks = [m for m in model.modules() if isinstance(m, mamba.Mamba)]
    for block in blocks: block.engine = 'reference' if engine == 'plain' else engine
    if engine != 'plain': yield
    else:
        with patch.object(mamba, 'scan_reference', plain_scan): yield
    for block in blocks: block.engine = 'auto'


def peak_memory():
    "Largest resident memory of this process so far, GB (Linux)."
    used = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))
    return used / 2**20
