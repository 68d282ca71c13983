from fastapi import APIRouter

router = APIRouter(prefix="/probe")


@router.get("/healthz")
async def healthz() -> str:
    return "ok"
