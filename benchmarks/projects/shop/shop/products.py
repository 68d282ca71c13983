"""`/products`: what is for sale, from the cache where it is there."""

from decimal import Decimal
from functools import lru_cache
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.database import Product, session
from shop.settings import settings

router = APIRouter(prefix="/products", tags=["products"])


class Shown(BaseModel):
    """A product as customers see it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: Decimal


@lru_cache
def _cache() -> Redis:
    return Redis.from_url(str(settings().cache))


@router.get("")
async def listed(database: Annotated[AsyncSession, Depends(session)], after: int = 0) -> list[Shown]:
    """One page, in the order of their numbers."""
    key = f"products:{after}"
    if kept := await _cache().get(key):
        return [Shown(**one) for one in orjson.loads(kept)]
    query = select(Product).where(Product.id > after).order_by(Product.id).limit(settings().page)
    found = [Shown.model_validate(one) for one in await database.scalars(query)]
    await _cache().set(key, orjson.dumps([one.model_dump(mode="json") for one in found]), ex=60)
    return found


@router.get("/{number}")
async def one(number: int, database: Annotated[AsyncSession, Depends(session)]) -> Shown:
    """A single product."""
    if (found := await database.get(Product, number)) is None:
        raise HTTPException(404, "no such product")
    return Shown.model_validate(found)
