"""The entry: finds the command, loads only that one, turns every fault into one sentence and an exit code."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from stridesense import __version__
from stridesense.cli.signals import ending_like_ctrl_c
from stridesense.errors import InputError, StrideSenseError

COMMANDS: Final = {
    "demo": ("demo", "Watch a virtual runner hold the heels up, and the cue."),
    "scan": ("scan", "Show the pods that are in sight, live."),
    "run": ("run", "Run with one or two pods: strides and cues as they come."),
    "record": ("record", "Record what the pods send, to be looked at later."),
    "simulate": ("simulate", "Let a virtual runner run; write the recording with its truth."),
    "replay": ("replay", "Play a recording as if it happened now."),
    "analyze": ("analyze", "Print the strides of a recording or of a CSV file."),
    "report": ("report", "Write a page with plots about a session, to read or to print."),
    "calibrate": ("calibrate", "Learn how the pods sit on a shoe and how its runner runs."),
    "info": ("info", "Say what is in a recording."),
    "import": ("import_", "Turn a CSV file of any sensor into a recording."),
    "export": ("export", "Write a session for other programs: FIT, CSV or Parquet."),
    "recover": ("recover", "Save what can be read of a damaged recording."),
    "history": ("history", "Past sessions, how the legs feel, and why there was no cue."),
    "validate": ("validate", "Measure how good the detection is; write the page of accuracy."),
    "dashboard": ("dashboard", "Show the runners of an MQTT broker on a page in the browser."),
    "protocols": ("protocols", "List the pods, check a description, decode a packet."),
    "doctor": ("doctor", "Say what is installed and what is missing for which feature."),
}
"""Name of a command: its module in this package, and its line in the list of commands."""

PLAIN: Final[dict[str, Any]] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,  # a help page in boxes takes three times as long to appear
}

WRONG_USAGE: Final = 2
INTERRUPTED: Final = 130


class LazyCommands(TyperGroup):
    """The commands by name and line; the module of one is imported when it is called, not before.

    Its imports cost more than half a second (numpy, the recording, the broker), which `--help` must not.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - handed through to typer
        super().__init__(**options)
        self.commands = {name: TyperCommand(name, help=line) for name, (_, line) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's types are private
        """Find the command that `args` begin with and load it."""
        name, known, rest = super().resolve_command(ctx, args)
        if name is None or known is None:
            return name, known, rest
        module = import_module(f"stridesense.cli.{COMMANDS[name][0]}")
        if hasattr(module, "app"):
            return name, typer.main.get_command(module.app), rest
        program = typer.Typer(**PLAIN)
        program.command(name)(module.command)
        return name, typer.main.get_command(program), rest


app = typer.Typer(cls=LazyCommands, **PLAIN)


@app.callback(invoke_without_command=True)
def stridesense(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Hears a foot pod, sees each contact with the ground, says what helps the calf."""
    if version:
        typer.echo(f"stridesense {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(args: Sequence[str] | None = None) -> int:
    """Run the program with `args` (the process's own by default) and return its exit code.

    0 fine; 1 a fault, said in one sentence on stderr; 2 a command line that cannot be read, said likewise;
    3 done, but data was lost; 130 ended by Ctrl-C, by a kill, or by closing the terminal.
    """
    try:
        _prepare_streams()
        with ending_like_ctrl_c():
            code = app(args, prog_name="stridesense", standalone_mode=False)
            sys.stdout.flush()
    except typer.TyperException as wrong:
        return _fail(wrong.format_message(), WRONG_USAGE)
    except StrideSenseError as fault:
        return _fail(str(fault), 1)
    except BrokenPipeError:
        _silence_stdout()
        return 1
    except OSError as fault:
        _silence_stdout()
        return _fail(f"cannot read or write {fault.filename or 'the output'}: {fault.strerror or fault}", 1)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code or 0


def _prepare_streams() -> None:
    """Let a sign that the terminal does not know be a question mark, not a fault.

    Raises:
        InputError: stdout is closed, so that the next file opened would take its place.
    """
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until we end
    if sys.stdout is None:
        msg = "the standard output is closed: send it to a file or to /dev/null"
        raise InputError(msg)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _fail(message: str, code: int) -> int:
    sentence = " ".join(message.split())
    with suppress(OSError):  # a terminal that was closed
        sys.stderr.write(f"error: {sentence}\n")
    return code


def _silence_stdout() -> None:
    """Nobody reads stdout any more: let the interpreter's last flush go nowhere instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
