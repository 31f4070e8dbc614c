"""Run benches: `./dev bench` all of them, `./dev bench traffic` one."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RECORDED = HERE.parent.parent / "shared"


def pages() -> None:
    """Measure pages beside a bare answer."""
    subprocess.run([sys.executable, str(HERE / "pages.py")], check=True)


def briefs() -> None:
    """Measure the brief in three languages."""
    subprocess.run([sys.executable, str(HERE / "brief.py")], check=True)


def rivals() -> None:
    """Measure the chart and the map beside Streamlit, Dash and Panel, which are installed for it."""
    subprocess.run([sys.executable, str(HERE / "rivals.py")], check=True)


def traffic() -> None:
    """Measure raw vehicle files beside bare DuckDB, polars and pandas."""
    subprocess.run([sys.executable, str(HERE / "traffic.py")], check=True)


def spatial() -> None:
    """Measure points and surfaces brought to areas beside geopandas and a plain loop."""
    subprocess.run([sys.executable, str(HERE / "spatial.py")], check=True)


def sources() -> None:
    """Print what every recorded answer says, where they are there."""
    if RECORDED.exists():
        subprocess.run([sys.executable, str(HERE / "sources.py")], check=True)


def replay() -> None:
    """Replay the recorded past, where it is there."""
    if not (RECORDED / "tools" / "replay.py").exists():
        print("no recorded data beside the project: the replay is not measured")
        return
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, str(RECORDED / "tools" / "replay.py"), str(RECORDED / "data"), name]
        subprocess.run(command, check=True, capture_output=True)
        subprocess.run([sys.executable, str(HERE / "replay.py"), name], check=True)


def forecast() -> None:
    """Measure the nowcast of districts on their recorded vintages, the forecast of towns, and scenarios."""
    subprocess.run([sys.executable, str(HERE / "nowcast.py")], check=True)
    subprocess.run([sys.executable, str(HERE / "towns.py")], check=True)
    subprocess.run([sys.executable, str(HERE / "scenario.py")], check=True)
    if (vintages := RECORDED / "data" / "vintages").exists():
        subprocess.run([sys.executable, str(HERE / "standing.py"), str(vintages)], check=True)


def hub() -> None:
    """Measure our weekly forecasts beside those submitted to the European hub, where they are there."""
    if not (RECORDED / "data" / "hub").exists():
        print("no recorded data beside the project: the weekly forecasts are not measured")
        return
    subprocess.run([sys.executable, str(HERE / "hub.py"), str(RECORDED / "data" / "hub")], check=True)


BENCHES = {
    "pages": pages,
    "brief": briefs,
    "rivals": rivals,
    "traffic": traffic,
    "spatial": spatial,
    "sources": sources,
    "replay": replay,
    "hub": hub,
    "forecast": forecast,
}


if __name__ == "__main__":
    for one in sys.argv[1:] or BENCHES:
        if one not in BENCHES:
            sys.exit(f"no bench is called '{one}'; there are {', '.join(BENCHES)}")
        BENCHES[one]()
