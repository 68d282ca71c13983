import streamlit as st

from charts import draw

st.title("Sales")
draw()
