"""Benchmarks: how much RMS costs beside the least the same machine could do for the same rows.

`population` (pure) makes people up, `load` puts them in (`rms.rehearsal.bulk`), `sweep`, `ingest` and `page` measure, `meter`
holds the watch, `report` says what came out. A figure is always a ratio of two sides measured in turns in one run: a
machine's own times mean nothing elsewhere. `docs/performance.md` has the method and what was measured.
"""
