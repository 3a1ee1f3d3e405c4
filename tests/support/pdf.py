"""The texts of a PDF of ours, page by page: its streams are deflated, its fonts simple."""

import re
import zlib

_STREAM = re.compile(rb"/Length (\d+)>>\nstream\n")
_TEXT = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj")


def pages(data: bytes) -> list[list[str]]:
    """What stands on each page, in the order it was written."""
    found: list[list[str]] = []
    for match in _STREAM.finditer(data):
        body = zlib.decompress(data[match.end() : match.end() + int(match[1])])
        found.append([re.sub(rb"\\(.)", rb"\1", text).decode("cp1252") for text in _TEXT.findall(body)])
    return found
