import streamlit as st

st.write("a try")
