"""Reads the text tables of the specification: a header line, then one case a line, cells parted by `|`."""


def cases(table: str) -> list[dict[str, str]]:
    """Turn a table into one mapping a line, by column name."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines() if line.strip()]
    header, *rows = lines
    for row in rows:
        assert len(row) == len(header), row
    return [dict(zip(header, row, strict=True)) for row in rows]
