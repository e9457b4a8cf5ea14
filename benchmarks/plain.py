"""What one would write first: pdfminer.six, and pytesseract for PDFs without a word and for pictures."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pdfminer.high_level import extract_text


def read_plain(path: Path, dpi: int, ocr_pages: int) -> list[str]:
    """Return the texts of the pages; at most `ocr_pages` go to OCR, at `dpi`. Raises what the libraries raise."""
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    texts = extract_text(path).split("\f")[:-1] if is_pdf else []
    if not ocr_pages or any(text.strip() for text in texts):
        return texts
    return _read_scan(path, dpi, ocr_pages) if is_pdf else _read_picture(path, ocr_pages)


def _read_picture(path: Path, ocr_pages: int) -> list[str]:
    import pytesseract
    from PIL import Image, ImageSequence

    with Image.open(path) as picture:
        frames = zip(range(ocr_pages), ImageSequence.Iterator(picture), strict=False)
        return [str(pytesseract.image_to_string(frame.convert("RGB"))) for _, frame in frames]


def _read_scan(path: Path, dpi: int, ocr_pages: int) -> list[str]:
    import pypdfium2 as pdfium
    import pytesseract

    with closing(pdfium.PdfDocument(path)) as document:
        pages = (document[index] for index in range(min(len(document), ocr_pages)))
        return [str(pytesseract.image_to_string(page.render(scale=dpi / 72).to_pil())) for page in pages]
