"""The chart and the map in Panel with Bokeh; run by bench/rivals.py."""

import json
import os
from pathlib import Path

import pandas as pd
import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from bokeh.transform import linear_cmap

data = json.loads(Path(os.environ["RIVAL_DATA"]).read_text(encoding="utf-8"))
days = pd.to_datetime(data["days"])
lines = figure(x_axis_type="datetime", width=720, height=280)
for name, values in data["series"].items():
    lines.line(days, values, legend_label=name)
rings = [[[one["geometry"]["coordinates"][0]] for one in data["map"]["features"]]]
source = ColumnDataSource(
    {
        "xs": [[place[0] for place in ring] for (ring,) in rings[0]],
        "ys": [[place[1] for place in ring] for (ring,) in rings[0]],
        "value": [one["properties"]["value"] for one in data["map"]["features"]],
    }
)
areas = figure(width=420, height=700)
areas.patches("xs", "ys", source=source, fill_color=linear_cmap("value", "Viridis256", 0, 100))
pn.Column(pn.pane.Bokeh(lines), pn.pane.Bokeh(areas)).servable(title="Situation")
