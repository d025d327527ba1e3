"""Clusters and what runs on them: engines, images, installs and the proof."""
