"""Made-up people put into a database by COPY: the one mechanism of the benchmarks and of the demo.

`planned` says which rows a plan has by a day, as the protocol would have made them; `rows` holds the columns and the ids;
`copying` puts rows in. A live database is refused.
"""
