"""Draw curves given as JSON on standard input; runs in the environment that has matplotlib."""

from __future__ import annotations

import json
import sys

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams.update({"svg.hashsalt": "workers", "font.size": 9, "svg.fonttype": "none"})

from matplotlib import pyplot as plt  # noqa: E402 - the backend is chosen before


def main() -> None:
    """Write the picture to the path of the command line."""
    curves = json.load(sys.stdin)
    figure, axes = plt.subplots(2, len(curves), figsize=(9, 6), sharex=True, layout="constrained")
    for column, (side, lines) in enumerate(curves.items()):
        for row, (unit, number) in enumerate((("messages a second", 1), ("CPU s / 10,000", 2))):
            axis = axes[row][column]
            for name, points in lines.items():
                axis.plot(
                    [point[0] for point in points],
                    [point[number] for point in points],
                    marker="o",
                    markersize=3,
                    label=name,
                )
            axis.set_xscale("log")
            axis.set_ylim(bottom=0)
            axis.set_ylabel(unit)
            axis.grid(visible=True, alpha=0.3)
            axis.legend()
        axes[0][column].set_title("publish" if side == "window" else "consume")
        axes[1][column].set_xlabel(side)
    figure.savefig(sys.argv[1], metadata={"Date": None})


if __name__ == "__main__":
    main()
