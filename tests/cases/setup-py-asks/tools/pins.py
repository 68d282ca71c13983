def pinned(kind: str) -> list[str]:
    return {"runtime": ["humanize"]}[kind]
