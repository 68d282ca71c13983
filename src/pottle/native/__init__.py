from pathlib import Path

KNOWN = Path(__file__).parent / "known"
"""What `tools/debian_knowledge.py` has read of archives, and the few rows that a person has written."""
