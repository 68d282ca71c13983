"""The web application."""

import os
import platform
from itertools import count

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI(title="notes")
_numbers = count(1)
_notes: dict[int, str] = {}


class Note(BaseModel):
    """What a client sends."""

    text: str = Field(min_length=1, max_length=10_000)


@app.get("/")
def about() -> dict[str, object]:
    """Where this runs: handy in a demonstration."""
    return {
        "app": "notes",
        "python": platform.python_version(),
        "machine": platform.machine(),
        "uid": os.getuid(),
        "notes": len(_notes),
    }


@app.get("/healthz")
def healthy() -> dict[str, bool]:
    """Alive."""
    return {"ok": True}


@app.post("/notes", status_code=201)
def add(note: Note) -> dict[str, int]:
    """Keep one note; gives its number."""
    number = next(_numbers)
    _notes[number] = note.text
    return {"number": number}


@app.get("/notes/{number}")
def read(number: int) -> dict[str, str]:
    """One note."""
    if number not in _notes:
        raise HTTPException(404, f"no note {number}")
    return {"text": _notes[number]}
