import gradio as gr


def greet(name):
    return f"Hello {name}!"


with gr.Blocks() as demo:
    name = gr.Textbox()
    name.submit(greet, name, gr.Textbox())

if __name__ == "__main__":
    demo.launch()
