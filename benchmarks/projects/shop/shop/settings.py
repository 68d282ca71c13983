"""What differs between installations, from the environment."""

from functools import lru_cache

from pydantic import Field, PostgresDsn, RedisDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`SHOP_DATABASE`, `SHOP_CACHE`, …"""

    model_config = SettingsConfigDict(env_prefix="shop_")

    database: PostgresDsn = PostgresDsn("postgresql+asyncpg://shop@127.0.0.1/shop")
    cache: RedisDsn = RedisDsn("redis://127.0.0.1:6379/0")
    signing_key: SecretStr = SecretStr("only for a developer's own machine, set another")
    payments: str = "http://payments.invalid"
    page: int = Field(default=50, le=500)


@lru_cache
def settings() -> Settings:
    """Read once."""
    return Settings()
