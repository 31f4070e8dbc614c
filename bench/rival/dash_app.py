"""The chart and the map in Dash; run by bench/rivals.py, under gunicorn as its makers advise."""

import json
import os
from pathlib import Path

import plotly.express as px
import plotly.graph_objects as go
from dash import Dash, dcc, html

data = json.loads(Path(os.environ["RIVAL_DATA"]).read_text(encoding="utf-8"))
lines = [go.Scatter(x=data["days"], y=values, name=name) for name, values in data["series"].items()]
features = data["map"]["features"]
areas = px.choropleth_map(
    geojson=data["map"],
    locations=[one["id"] for one in features],
    color=[one["properties"]["value"] for one in features],
    map_style="white-bg",  # the others fetch tiles from other hosts
    center={"lat": 64.5, "lon": 26},
    zoom=3.6,
    height=700,
)
app = Dash(__name__, compress=bool(os.environ.get("RIVAL_COMPRESS")), title="Situation")
app.layout = html.Div([dcc.Graph(figure=go.Figure(lines)), dcc.Graph(figure=areas)])
server = app.server
