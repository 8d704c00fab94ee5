"""A session at a glance: each measure's mean and spread, foot by foot."""

from rich.table import Table

from stridesense.report.measures import Overview


def overview_table(overview: Overview) -> Table:
    """The measures, one column a foot."""
    table = Table("", *overview.feet, box=None, pad_edge=False)
    for row in overview.rows:
        table.add_row(*row)
    return table
