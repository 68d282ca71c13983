from notes.cli import app

app()
