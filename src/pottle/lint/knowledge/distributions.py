"""Which distribution a program or a module is of, where its name alone does not leave a doubt.

Source: the distributions' own metadata (`console_scripts`, `top_level.txt`); state of 2026-11.
"""

PROGRAMS = {
    "alembic": "alembic",
    "arq": "arq",
    "celery": "celery",
    "chainlit": "chainlit",
    "daphne": "daphne",
    "dramatiq": "dramatiq",
    "flask": "flask",
    "granian": "granian",
    "gunicorn": "gunicorn",
    "hypercorn": "hypercorn",
    "litestar": "litestar",
    "sanic": "sanic",
    "streamlit": "streamlit",
    "taskiq": "taskiq",
    "uvicorn": "uvicorn",
    "waitress": "waitress",
    "waitress-serve": "waitress",
}
"""What a container is started with: a console script, or a module of `python -m`."""

MODULES = {
    "aiohttp": "aiohttp",
    "httpx": "httpx",
    "psycopg2": "psycopg2",
    "redis": "redis",
    "requests": "requests",
    "urllib3": "urllib3",
}
"""What a health check imports."""
OTHERS = {"psycopg2": ("psycopg2-binary",), "celery": ("django-celery",)}
"""Further distributions that hold the same."""
