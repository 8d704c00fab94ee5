"""`stridesense history`: what was, how the legs were afterwards, and why nothing was said."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from stridesense.cli import history_check_in, history_rebuild
from stridesense.cli.coach_lines import practice_lines
from stridesense.cli.history_report import report_of
from stridesense.cli.history_silence import explanation
from stridesense.cli.history_words import (
    Database,
    by_foot,
    lasted_s,
    page,
    place,
    short_ids,
    sides,
    when,
)
from stridesense.cli.outlook import outlook_lines, score_lines
from stridesense.cli.terminal import note, working
from stridesense.coaching.briefing import Briefing
from stridesense.errors import UsageError
from stridesense.history.export import json_lines, json_text
from stridesense.history.facts import KeptSession, SessionState, WholeSession
from stridesense.history.reading import (
    check_ins,
    find_session,
    kept_sessions,
    session_ids,
    whole_session,
)
from stridesense.history.store import Store
from stridesense.history.writing import delete_session
from stridesense.runtime.config import load_settings
from stridesense.runtime.files import PRIVATE, check_place, write_whole
from stridesense.runtime.past import briefing_of, effects_so_far
from stridesense.sinks.coach_words import safe

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("check-in")(history_check_in.command)
app.command("rebuild")(history_rebuild.command)

FORMS: Final = {".json": json_text, ".jsonl": json_lines}

Session = Annotated[
    str, typer.Argument(metavar="SESSION", help="An id, the beginning of one, or `last`.", show_default=False)
]


@app.callback(invoke_without_command=True)
def history(context: typer.Context) -> None:
    """Say what is known of past sessions, keep how the legs feel, say why there was no cue."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show so many, the newest.")] = 30,
    database: Database = None,
) -> int:
    """Name the sessions, the newest last.

    Load is that of the left and the right calf, a proxy without a unit, and where it stood against the
    largest session of 30 days.
    """
    path = place(database)
    store = Store.existing(path)
    if store is None:
        note(f"no history yet: {path} comes with the first run")
        return 0
    with store, store.snapshot():
        ids = session_ids(store)
        shown = kept_sessions(store, limit)
    page().print(_table(shown, short_ids(ids)))
    if len(ids) > len(shown):
        note(f"{len(ids) - len(shown)} older sessions are not shown: --limit {len(ids)} shows all")
    return 0


@app.command()
def show(session: Session, *, database: Database = None) -> int:
    """Say all about a session: theme, halves, cues and their effect, calf budget, practice, drills."""
    console = page()
    with working("reading"), _opened(database) as store, store.snapshot():
        whole = whole_session(store, find_session(session_ids(store), session))
        settings, known = load_settings(), effects_so_far(store)
        ahead = [*outlook_lines(store, whole.kept.start.session_id, settings), *score_lines(store, settings)]
    to_practise = list(
        practice_lines(whole.cues, whole.kept.budgets, briefing_of(whole.kept.start) or Briefing())
    )
    outlook = ["\nOutlook:", *(f"  {line}" for line in ahead)] if ahead else []
    for part in (*report_of(whole, known, to_practise), *outlook):
        console.print(part, soft_wrap=isinstance(part, str))
    return 0


@app.command()
def explain(session: Session, *, database: Database = None) -> int:
    """Say why there was no cue: what was due and not given, and what was given, in the order of time."""
    for line in explanation(_found(session, database)):
        typer.echo(line)
    return 0


@app.command()
def export(
    session: Annotated[
        str | None, typer.Argument(metavar="[SESSION]", help="An id, the beginning of one, or `last`.")
    ] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="A .json or .jsonl file.")],
    everything: Annotated[bool, typer.Option("--all", help="Every session and every check-in.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    database: Database = None,
) -> int:
    """Write a session, or with --all the whole history, as JSON or as one JSON object a line."""
    if everything is (session is not None):
        msg = "name either a session or --all"
        raise UsageError(msg)
    form = FORMS.get(output.suffix)
    if form is None:
        msg = f"{output} is neither a .json nor a .jsonl file: name it accordingly"
        raise UsageError(msg)
    check_place(output, force=force)
    with working("writing"), _opened(database) as store, store.snapshot():
        ids = session_ids(store) if session is None else [find_session(session_ids(store), session)]
        mornings = check_ins(store) if everything else []
        write_whole(output, form((whole_session(store, each) for each in ids), mornings), mode=PRIVATE)
    note(f"{len(ids)} sessions and {len(mornings)} check-ins written to {output}")
    return 0


@app.command()
def delete(
    session: Session,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
) -> int:
    """Forget a session; its recording is left alone."""
    with _opened(database) as store:
        whole = whole_session(store, find_session(session_ids(store), session))
        start = whole.kept.start
        named = f"the session {safe(start.session_id)} of {when(start.started_unix_s)}"
        if not yes and not _agreed(f"delete {named}?"):
            note("nothing was deleted")
            return 1
        delete_session(store, start.session_id)
    left = f"; its recording {safe(start.recording)} is left alone" if start.recording else ""
    note(f"deleted {named}{left}")
    return 0


def _opened(database: Path | None) -> Store:
    path = place(database)
    store = Store.existing(path)
    if store is None:
        msg = f"there is no history yet at {path}: it comes with the first run"
        raise UsageError(msg)
    return store


def _found(session: str, database: Path | None) -> WholeSession:
    with _opened(database) as store, store.snapshot():
        return whole_session(store, find_session(session_ids(store), session))


def _agreed(question: str) -> bool:
    """Ask on a terminal; elsewhere nobody can answer.

    Raises:
        UsageError: there is no terminal to ask on.
    """
    if not sys.stdin.isatty():
        msg = "there is no terminal to ask on: add --yes to delete"
        raise UsageError(msg)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _table(shown: Iterable[KeptSession], ids: dict[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("when", "session"):
        table.add_column(name)
    for name in ("minutes", "strides"):
        table.add_column(name, justify="right")
    for name in ("theme", "cues", "load left / right", "band", ""):
        table.add_column(name)
    for kept in shown:
        table.add_row(*_row(kept, ids[kept.start.session_id]))
    return table


def _row(kept: KeptSession, short_id: str) -> tuple[str, ...]:
    budgets, report = by_foot(kept.budgets), kept.report
    strides = {foot: one.strides for foot, one in budgets.items()} if report is None else report.strides
    return (
        when(kept.start.started_unix_s),
        safe(short_id),
        f"{lasted_s(kept) / 60.0:.0f}",
        str(sum(strides.values())),
        (report.theme if report else None) or "-",
        str(kept.cues if report is None else report.cues),
        sides({foot: f"{one.load:.0f}" for foot, one in budgets.items()}),
        sides({foot: one.band for foot, one in budgets.items()}),
        "" if kept.state is SessionState.ENDED else kept.state,
    )
