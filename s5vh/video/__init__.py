"""From video files to features: `s5vh.video.extract.extract` turns a folder of clips into a feature file"""
