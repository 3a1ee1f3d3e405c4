"""What goes wrong between bits and messages: always one of these, with the element and the bit."""


class ExiError(ValueError):
    """``path`` names the element, from the outermost in; ``bit`` is the position, None when encoding."""

    def __init__(self, problem: str, path: str = "", bit: int | None = None) -> None:
        where = f" in {path}" if path else ""
        at = "" if bit is None else f" at bit {bit}"
        super().__init__(f"{problem}{where}{at}.")
        self.problem, self.path, self.bit = problem, path, bit


class DecodeError(ExiError):
    """The bytes are no message of this namespace."""


class EncodeError(ExiError):
    """The value is none that the standard allows."""


class JsonShapeError(ExiError):
    """The JSON is no message of this namespace."""
