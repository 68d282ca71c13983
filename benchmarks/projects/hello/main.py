"""Says so."""

print("hello")
