"""The figures as tables, and as the ratios of the last line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from tests.benchmarks.workers.sample import Sample, clean, typical

Runs = Mapping[str, Sequence[Sample]]
HEADINGS = ("", "messages/s", "slowest - fastest", "CPU s / 10,000", "peak MB", "runs")


def rows(runs: Runs) -> Iterator[tuple[str, ...]]:
    """Give a line for each contestant, the fastest first."""
    medians = {name: typical(samples) for name, samples in runs.items()}
    for name in sorted(medians, key=lambda each: -medians[each].rate):
        median, rates = medians[name], [sample.rate for sample in clean(runs[name])]
        disturbed = len(runs[name]) - sum(sample.is_clean for sample in runs[name])
        yield (
            name,
            f"{median.rate:,.0f}",
            f"{min(rates):,.0f} - {max(rates):,.0f}",
            f"{median.cpu_10k:.3f}",
            f"{median.rss_mb:.0f}",
            f"{len(runs[name])}" + (f", {disturbed} disturbed" if disturbed else ""),
        )


def table(title: str, runs: Runs) -> Table:
    """Make the table for a terminal."""
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows(runs):
        table.add_row(*row)
    return table


def markdown(runs: Runs) -> str:
    """Write the table for the docs."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows(runs)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def share(runs: Runs, name: str) -> float:
    """Return the rate with three brokers, as a share of that with one."""
    three, one = (typical(runs[each]).rate for each in (f"{name}, 3 brokers", name))
    return round(three / one, 3)


def ratios(publish: Runs, consume: Runs) -> Iterator[tuple[str, float]]:
    """Give the ratios for which both sides have run; those of rates are better the higher."""
    rates = {name: typical(samples).rate for name, samples in {**publish, **consume}.items()}
    cpu = {name: typical(samples).cpu_10k for name, samples in {**publish, **consume}.items()}

    def best(*libraries: str, among: Runs) -> list[float]:
        return [rates[name] for name in among if name.startswith(libraries)]

    frameworks = ("Celery", "Dramatiq", "FastStream")
    own = {
        "publish": best("workers, 500", among=publish),
        "consume": best("workers,", among=consume),
    }
    others = {
        "publish_vs_blocking": best("pika, blocking", among=publish),
        "publish_vs_pika_select": best("pika, 500", among=publish),
        "publish_vs_best_peer": best("kombu", "aio-pika", *frameworks, among=publish),
        "publish_vs_perftest": best("PerfTest", among=publish),
        "consume_vs_best_framework": best(*frameworks, among=consume),
        "consume_vs_kombu": best("kombu", among=consume),
    }
    for name, rivals in others.items():
        if rivals and (mine := own[name.partition("_")[0]]):
            yield name, max(mine) / max(rivals)
    for name, mine_name, rival in (
        ("publish_cpu_vs_pika_select", "workers, 500 in flight", "pika, 500 in flight"),
        ("consume_cpu_vs_pika_ack_1", "workers, 1 thread", "pika, ack 1"),
    ):
        if mine_name in cpu and rival in cpu:
            yield name, cpu[mine_name] / cpu[rival]
