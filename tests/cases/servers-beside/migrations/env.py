import os

from alembic import context

url = os.environ["ORDERS_DATABASE_URL"]
