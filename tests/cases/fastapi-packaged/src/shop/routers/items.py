from fastapi import APIRouter

router = APIRouter()


@router.get("/{item}/status")
def status(item: int) -> int:
    return item


@router.get("/health")
def health(token: str) -> str:
    return token
