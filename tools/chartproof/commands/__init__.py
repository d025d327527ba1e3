"""The commands that have a module of their own: thin, and quick to import."""

from chartproof.commands.down import down
from chartproof.commands.logs import logs
from chartproof.commands.status import status
from chartproof.commands.test import test
from chartproof.commands.up import up

COMMANDS = (test, up, down, status, logs)
