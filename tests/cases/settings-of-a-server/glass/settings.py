from pydantic_settings import BaseSettings, SettingsConfigDict


class GlassSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="glass_")

    host: str = "localhost"
    port: int = 8001


def _settings() -> GlassSettings:
    return GlassSettings()


Settings = _settings()
