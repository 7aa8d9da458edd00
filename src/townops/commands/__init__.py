"""The command line behind `./townops`: one file per family of commands, each adding its own to the parser.

It sits above every context and holds no rule: a command calls one function and turns the answer into an
exit code: 0 pass, 1 findings, 2 unusable input. It is no Django application.
"""
