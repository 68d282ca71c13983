# /// script
# dependencies = ["rich"]
# ///
import rich

rich.print("hello")
