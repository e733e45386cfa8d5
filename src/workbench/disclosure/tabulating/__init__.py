"""From contributing rows to tables: axes with sums, cells, statistics, and what the rules withhold."""
