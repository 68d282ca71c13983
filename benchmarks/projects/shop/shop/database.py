"""The tables, and sessions over them. Nothing connects before the first query."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shop.settings import settings


class Table(DeclarativeBase):
    """What all tables share."""


class Product(Table):
    """Something to buy."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    stock: Mapped[int] = mapped_column(default=0)


class Order(Table):
    """What a customer bought, and when."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(64), index=True)
    placed: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    lines: Mapped[list["Line"]] = relationship(back_populates="order", cascade="all, delete-orphan")


class Line(Table):
    """One product of an order."""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    order: Mapped[Order] = relationship(back_populates="lines")


@lru_cache
def _sessions() -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(create_async_engine(str(settings().database)), expire_on_commit=False)


async def session() -> AsyncIterator[AsyncSession]:
    """One session per request."""
    async with _sessions()() as one:
        yield one
