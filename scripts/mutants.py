"Break the code in small ways, one at a time, and show that its tests notice. Exits 1 if one survives."
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copyfile, copytree

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

# What is broken, in which notebook, and how: text of an exported cell -> what takes its place.
MUTANTS = [
    ('contrastive and alignment weights swapped', 'methods/s5vh',
     'alignment=Term(aligned, c.alignment_weight)', 'alignment=Term(aligned, c.contrastive_weight)'),
    ('alignment left out of the loss', 'methods/s5vh',
     'alignment=Term(aligned, c.alignment_weight)', 'alignment=Term(aligned)'),
    ('reconstruction weight ignored', 'methods/network',
     'Term(rebuilt, config.reconstruction_weight)', 'Term(rebuilt, 1.)'),
    ('contrast taken for a mean over videos', 'methods/network', 'whole_batch=True', 'whole_batch=False'),
    ('pseudo-labels updated before the warm-up is over', 'methods/s5vh',
     'if self.epoch < self.config.warmup: return', 'if self.epoch > self.config.warmup: return'),
    ('released labels updated after the loss', 'methods/s5vh',
     "if self.config.label_update == 'clean': self.update_labels", 'if True: self.update_labels'),
    ('pseudo-labels change while held-out videos are looked at', 'methods/s5vh',
     "if self.training and c.label_update == 'noisy'", "if c.label_update == 'noisy'"),
    ('bank not updated before the neighbours\' loss', 'methods/s5vh',
     'self.neighbors.update(index, gather_rows(soft.detach().mean(0), n))', 'pass'),
    ('sign of the label update', '04_losses',
     '(1 - label_momentum) * labels +', '(1 - label_momentum) * labels -'),
    ('positive pair counted among the negatives', '04_losses',
     'similarity.masked_fill(partner_or_self, 0)', 'similarity.masked_fill(partner_or_self & False, 0)'),
    ('a video is its own neighbour', '04_losses',
     'masked_fill(itself, -math.inf)', 'masked_fill(itself & False, -math.inf)'),
    ('off by one in a mask', 'methods/base', 'place >= n_frames - n_hidden', 'place > n_frames - n_hidden'),
    ('both views hide the same frames', 'methods/base', 'place < n_hidden]', 'place >= n_frames - n_hidden]'),
    ('share of a process ignored in the loss', 'methods/base', 'local_share * term.value', 'term.value'),
    ('cosine decay ends at 0', 'methods/settings', 'return c.min_lr + (c.lr - c.min_lr)', 'return c.lr'),
    ('decoder reads the wrong places', 'methods/network',
     'hidden = take(x, order[:, n_visible:]) if', 'hidden = take(x, order[:, :t - n_visible]) if'),
    ('hidden frames reach the encoder', 'methods/network',
     'frames, order[:, :n_visible])', 'frames, order[:, -n_visible:])'),
    ('padding counts in the mean', 'methods/network', '/ mask.sum(1, keepdim=True)', '/ mask.shape[1]'),
    ('step decay never falls', 'methods/settings', '0.9 ** (epoch', '1.0 ** (epoch'),
    ('both views drop the same features', 'methods/network',
     'F.dropout(frames.repeat(n_views, 1, 1) - rest, p)',
     'F.dropout(frames - rest, p).repeat(n_views, 1, 1)'),
    ('queries of attention lack their bias', 'layers/vit', '[self.q_bias, none,', '[none, none,'),
    ('the typical frames are shown', 'methods/bpg',
     'by_margin = highest(margin, n_margin)', 'by_margin = highest(-margin, n_margin)'),
    ('likely false negatives count in full', 'methods/bpg',
     'weights = 1 - suppression *', 'weights = 1 - 0 *'),
    ('temperatures of clusters not scaled', 'methods/prototypes',
     'mean * density / density.mean()', 'mean * density'),
    ('prototypes before the warm-up is over', 'methods/autossvh',
     'if self.epoch < self.config.warmup or', 'if self.epoch < 0 or'),
    ('cluster and contrast epochs swapped', 'methods/wsch',
     "return 'contrast' if (epoch", "return 'cluster' if not (epoch"),
    ('similar pairs are pushed apart', 'methods/pairs', '2. * is_similar - 1', '1 - 2. * is_similar'),
    ('the cloze rebuilds its input', 'methods/bth',
     "shown if self.config.variant == 'released' else frames", 'shown'),
    ('margin of quadruplets', 'methods/pairs', 'F.relu(n / 4 + near', 'F.relu(near'),
    ('optimiser step skipped', 'training/loop', 'state.optimizer.step()', 'pass'),
    ('a batch is trained on twice after an interruption', 'training/loop',
     'state.remaining_batches = state.remaining_batches[1:]', 'pass'),
    ('the worst model is kept', 'training/loop',
     "score > state.best['score']", "score < state.best['score']"),
    ('buffers forgotten in checkpoints', 'training/checkpoint', 'buffers[name].copy_(value)', 'pass'),
]


def mutate(folder, notebook, old, new):
    "Replace `old` in the one exported cell of the copied notebook that holds it."
    path = folder/'nbs'/f'{notebook}.ipynb'
    content = json.loads(path.read_text())
    sources = [''.join(cell['source']) for cell in content['cells']]
    hits = [i for i, source in enumerate(sources) if source.startswith('#| export') and old in source]
    if len(hits) != 1 and old != new:
        sys.exit(f'{notebook}: expected one exported cell with {old!r}, found {len(hits)}')
    content['cells'][hits[0]]['source'] = sources[hits[0]].replace(old, new, 1)
    path.write_text(json.dumps(content))


def is_caught(mutant):
    "Whether the notebook's own tests fail with the mutant in it."
    what, notebook, old, new = mutant
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ('nbs', 's5vh'): copytree(ROOT/name, copy/name, symlinks=True)
        copyfile(ROOT/'settings.ini', copy/'settings.ini')
        mutate(copy, notebook, old, new)
        env = os.environ | {'PYTHONPATH': str(copy), 'OMP_NUM_THREADS': '1', 'TQDM_DISABLE': '1'}
        command = [BIN/'nbdev_test', '--path', copy/'nbs'/f'{notebook}.ipynb']
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, timeout=900)
    reason = [line for line in (done.stdout + done.stderr).splitlines() if 'Error' in line]
    return done.returncode != 0, reason[-1].strip()[:80] if reason else ''


def main():
    "Run all mutants and print a table. Without one, every notebook must pass, or nothing would be shown."
    notebooks = dict.fromkeys(notebook for _, notebook, *_ in MUTANTS)
    sound = [('nothing', notebook, '#| export', '#| export') for notebook in notebooks]
    width = max(len(what) for what, *_ in MUTANTS)
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for (_, notebook, *_), (fails, reason) in zip(sound, pool.map(is_caught, sound)):
            if fails: sys.exit(f'{notebook} fails as it is: {reason}')
        found = list(pool.map(is_caught, MUTANTS))
    for (what, notebook, *_), (caught, reason) in zip(MUTANTS, found):
        print(f'{what:{width}}  {notebook:20}  {"caught" if caught else "SURVIVED"}  {reason}')
    survivors = sum(not caught for caught, _ in found)
    print(f'{len(found) - survivors} of {len(found)} mutants caught')
    sys.exit(bool(survivors))


if __name__ == '__main__': main()
