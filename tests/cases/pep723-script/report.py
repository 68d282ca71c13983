# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#     "httpx>=0.27",
#     "rich; python_version >= '3.8'",
#     "prices",
# ]
#
# [tool.uv.sources]
# prices = { index = "private" }
#
# [[tool.uv.index]]
# name = "private"
# url = "https://private.example/simple"
# explicit = true
# ///
"""Writes the daily report."""

import httpx
import rich

rich.print(httpx.__version__)
