"""Statistics of a column of numbers."""

import pandas as pd
import pyarrow as pa
from fastapi import FastAPI
from scipy import stats

app = FastAPI(title="analysis")


@app.get("/")
def about() -> dict[str, str]:
    """Which libraries answer."""
    return {"pandas": pd.__version__, "pyarrow": pa.__version__}


@app.post("/describe")
def describe(values: list[float]) -> dict[str, float]:
    """Mean, variance and skewness."""
    found = stats.describe(pd.Series(values))
    return {"mean": found.mean, "variance": found.variance, "skewness": found.skewness}
