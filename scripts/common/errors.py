"""How the scripts say that something the user can mend went wrong."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """A mistake the user can mend: one line that says what is wrong and what to do."""


class OtherDigestError(UserError):
    """What was fetched is not what the table expects: nothing is to be put in its place unasked."""


def run(main: Callable[[], int]) -> None:
    """Run a script's `main` and exit; a `UserError` becomes one line on stderr and exit code 1."""
    try:
        code = main()
    except UserError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        code = 1
    sys.exit(code)
