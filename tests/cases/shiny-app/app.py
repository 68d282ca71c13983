from shiny import App, render, ui

app_ui = ui.page_fluid(ui.output_text("out"))


def server(_input, _output, _session):
    @render.text
    def out():
        return "hello"


app = App(app_ui, server)
