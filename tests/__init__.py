"""Tests of the chart, the workers and chartproof."""
