import asyncio

from aiogram import Bot, Dispatcher

from config import TOKEN
from handlers.start import router


async def main():
    dp = Dispatcher()
    dp.include_router(router)
    await dp.start_polling(Bot(TOKEN))


if __name__ == "__main__":
    asyncio.run(main())
