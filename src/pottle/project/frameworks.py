"""Which of a project's dependencies are frameworks, servers of their own or task queues: what shapes how it runs."""

from collections.abc import Iterable, Iterator

from pottle.project.facts import Dependency, Fact

KNOWN = frozenset(
    {
        "fastapi", "starlette", "litestar", "quart", "sanic", "aiohttp", "tornado", "grpcio", "django", "flask", "falcon",
        "pyramid", "bottle", "dash", "streamlit", "gradio", "celery", "rq", "arq", "dramatiq", "scrapy",
        "discord-py", "py-cord", "nextcord", "disnake", "hikari", "python-telegram-bot", "aiogram", "pytelegrambotapi", "telethon",
        "pyrogram", "slack-bolt", "mcp", "fastmcp", "huey", "taskiq", "faststream", "django-q", "django-q2", "apache-airflow",
        "prefect", "dagster", "temporalio",
    }
)  # fmt: skip


def among(dependencies: Iterable[Dependency]) -> Iterator[Fact[str]]:
    """The frameworks, in the order in which they are named."""
    return (Fact(str(dependency.name), dependency.at) for dependency in dependencies if dependency.name in KNOWN)
