import streamlit as st

from dashboard.data import load

st.set_page_config(page_title="Home")
st.write(load())
