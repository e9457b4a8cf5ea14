"""The languages OCR can read: which there are, where they lie, and how to get more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.options import take_json
from papra_index.cli.output import draw, print_json
from papra_index.cli.tables import build_table
from papra_index.cli.wording import clean_line

if TYPE_CHECKING:
    from papra_index.walks.reading.languages import OcrInstallation


@click.command("ocr-languages")
@take_json
def ocr_languages_command(as_json: bool) -> None:
    """List the languages OCR can read, and how to get more.

    Says which program is used and where it looks for data; no archive is needed.
    """
    from papra_index.walks.reading.languages import describe_ocr

    installation = describe_ocr()
    if as_json:
        print_json(installation)
        return
    click.echo(f"Tesseract {installation.version}, {clean_line(installation.command)}\n")
    table = build_table("Language", "Data")
    for code, file in installation.languages.items():
        table.add_row(code, clean_line(file))
    draw(table)
    click.echo("\nData is looked for here; where two have the same language, the first one's is used:")
    for folder in installation.folders:
        click.echo(f"  {clean_line(folder)}{'' if Path(folder).is_dir() else '  (not there)'}")
    _explain_more(installation)


def _explain_more(installation: OcrInstallation) -> None:
    if not installation.tells_orientation:
        click.echo("\nWithout the data `osd`, which tells which way up a page is, the ways are tried in turn (slower):")
        click.echo("  pip install 'papra-index[osd]'")
    click.echo("\nMore languages, such as French (fra):")
    click.echo("  apt install tesseract-ocr tesseract-ocr-fra     (brew install tesseract-lang has all)")
    click.echo(f"  or put fra.traineddata into {clean_line(installation.user_folder)}")
    click.echo("  or name the folder that holds it in TESSDATA_PREFIX")
    click.echo("  pip install 'papra-index[jpn]'                  (Japanese)")
    click.echo("\nThen: papra-index add --language eng+fra FILE, or --language auto for those installed.")
