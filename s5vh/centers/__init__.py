"""Clusters of the training videos, hash centers for them, and the files that hold both"""
