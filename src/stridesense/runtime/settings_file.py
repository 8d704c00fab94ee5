"""The commented settings file that a person starts from."""

from importlib.resources import files
from pathlib import Path

from stridesense.errors import InputError, UsageError
from stridesense.runtime.config import FILE_NAME


def template() -> str:
    """Every setting with its default, commented out, and a sentence about it."""
    return files("stridesense").joinpath(FILE_NAME).read_text(encoding="utf-8")


def write_template(path: Path) -> None:
    """Write the template to `path`, and make its folder where there is none.

    Raises:
        UsageError: there is a file already.
        InputError: the file cannot be written.
    """
    text = template()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        msg = (
            f"{path} is there already and is left as it is: name another file with --config, or move it away"
        )
        raise UsageError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(msg) from None
