"""The chart and the map in Streamlit; run by bench/rivals.py."""

import json
import os
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

data = json.loads(Path(os.environ["RIVAL_DATA"]).read_text(encoding="utf-8"))
st.set_page_config(page_title="Situation", layout="wide")
frame = pd.DataFrame(data["series"], index=pd.to_datetime(data["days"]))
st.line_chart(frame)
areas = alt.Chart(alt.Data(values=data["map"]["features"])).mark_geoshape(stroke="white")
coloured = areas.encode(color="properties.value:Q", tooltip="properties.name:N")
st.altair_chart(coloured.project(type="mercator").properties(height=700))
