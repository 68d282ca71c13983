"""`/orders`: placing them, and paying."""

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from shop.database import Line, Order, session
from shop.security import customer
from shop.settings import settings

router = APIRouter(prefix="/orders", tags=["orders"])


class Wanted(BaseModel):
    """One line of a new order."""

    product: int
    quantity: int = Field(ge=1, le=1000)


@router.post("", status_code=201)
async def place(
    lines: list[Wanted],
    who: Annotated[str, Depends(customer)],
    database: Annotated[AsyncSession, Depends(session)],
) -> int:
    """Store the order, then ask for the payment; gives its number."""
    order = Order(customer=who, lines=[Line(product_id=one.product, quantity=one.quantity) for one in lines])
    database.add(order)
    await database.flush()
    async with httpx.AsyncClient(base_url=settings().payments) as payments:
        answer = await payments.post("/charges", json={"order": order.id, "customer": who})
    if answer.is_error:
        raise HTTPException(502, "the payment was not accepted")
    await database.commit()
    return order.id
