from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ORDERS_")

    database_url: str
    redis_url: str = "redis://localhost:6379/3"
    signing_key: str
    log_level: str = "info"


settings = Settings()
