"""Who asks: a signed token in the `Authorization` header."""

from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shop.settings import settings

_bearer = HTTPBearer()


def customer(credentials: Annotated[HTTPAuthorizationCredentials, Depends(_bearer)]) -> str:
    """The customer that the token names."""
    key = settings().signing_key.get_secret_value()
    try:
        return str(jwt.decode(credentials.credentials, key, algorithms=["HS256"])["sub"])
    except (jwt.InvalidTokenError, KeyError) as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "not a valid token") from error
