"""The one way a rule says no. Words are rendered at the edge; here are only a stable code and its parameters."""


class Refused(Exception):
    """The user may fix it: `code` is stable and machine-readable, `params` fill the sentence shown."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code
