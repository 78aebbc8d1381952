"""Feature files, labels and data sets: `s5vh.data.load('digits')` opens one"""

from .datasets import (DATASETS, DatasetInfo, Split, VideoData, dataset_info, hold_out, load, load_training,
                       missing_files, open_data, require_files)

__all__ = ['DATASETS', 'DatasetInfo', 'Split', 'VideoData', 'dataset_info', 'hold_out', 'load', 'load_training',
           'missing_files', 'open_data', 'require_files']
