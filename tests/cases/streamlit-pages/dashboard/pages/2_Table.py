import streamlit as st

st.table([])
