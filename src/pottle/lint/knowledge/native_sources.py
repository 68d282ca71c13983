"""Distributions that are published as source alone, and whose source is C.

Source: the index's own lists of their files (2026-11): no wheel for Linux of any Python.
"""

NATIVE = frozenset({"mysqlclient", "psycopg2", "uwsgi"})
