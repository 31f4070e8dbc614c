"""Open whole sessions of a rival, one after another, and print the bytes that the last one received.

python sessions.py streamlit|panel PORT HOW_MANY
"""

import sys


def streamlit(port: int) -> int:
    """Open one session of Streamlit and hear it until its script has finished."""
    from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: PLC0415 - only where it is installed
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: PLC0415
    from websockets.sync.client import connect  # noqa: PLC0415

    asked = BackMsg()
    asked.rerun_script.query_string = ""
    heard = 0
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    with connect(url, subprotocols=["streamlit"], max_size=None) as socket:
        socket.send(asked.SerializeToString())
        while True:
            said = socket.recv()
            heard += len(said)
            told = ForwardMsg()
            told.ParseFromString(said)
            if told.WhichOneof("type") == "script_finished":
                return heard


def panel(port: int) -> int:
    """Open one session of Panel and pull its whole document."""
    import panel as pn  # noqa: F401, PLC0415 - only where it is installed; its models are read by name
    from bokeh.client import pull_session  # noqa: PLC0415

    session = pull_session(url=f"http://127.0.0.1:{port}/panel_app")
    heard = len(str(session.document.to_json()))
    session.close()
    return heard


if __name__ == "__main__":
    view = {"streamlit": streamlit, "panel": panel}[sys.argv[1]]
    sizes = [view(int(sys.argv[2])) for _ in range(int(sys.argv[3]))]
    print(sizes[-1])
