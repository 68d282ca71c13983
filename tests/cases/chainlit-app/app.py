import chainlit as cl


@cl.on_chat_start
async def start():
    await cl.Message(content="Hello").send()


@cl.on_message
async def main(message: cl.Message):
    await cl.Message(content=message.content).send()
