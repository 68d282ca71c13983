# A uv pattern that is often copied: two stages, no bytecode, ownership changed afterwards.
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /usr/local/bin/uv
ARG SSL_CERT_FILE
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv --mount=type=secret,id=ca \
    uv sync --frozen --no-dev
COPY . .

FROM python:3.13-slim
WORKDIR /app
COPY --from=builder /app /app
RUN useradd -m -u 1000 appuser && chown -R appuser:appuser /app
USER appuser
ENV PATH="/app/.venv/bin:$PATH"
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "--host", "0.0.0.0", "--port", "8000", "shop.main:app"]
