"""A text that must not show up anywhere by accident."""

import hmac


class Secret:
    """Holds a secret. Printing or logging it shows dots; only `reveal()` gives it, so every use can be found."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Compare in a time that does not tell how much of it was right."""
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written down.")

    def reveal(self) -> str:
        """Give the secret itself, to the one call that needs it."""
        return self._text
