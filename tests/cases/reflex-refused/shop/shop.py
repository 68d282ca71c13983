import reflex as rx

app = rx.App()
