"Layers through which the frames of a video learn about each other: Mamba, other mixers, and the blocks around them."
