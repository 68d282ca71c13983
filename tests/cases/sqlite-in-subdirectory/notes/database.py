import os

from sqlalchemy import create_engine

URL = os.environ.get("DATABASE_URL", "sqlite:///./data/notes.db")
engine = create_engine(URL)
