"""Run the command line: `python -m tilannekuva`."""

from tilannekuva.cli import main

if __name__ == "__main__":
    main()
