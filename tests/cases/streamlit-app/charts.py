import streamlit as st


def draw():
    st.line_chart([1, 2, 3])
