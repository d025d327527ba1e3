"""The commands that bring a chart up: thin, and quick to import."""

from chartproof.commands.down import down
from chartproof.commands.logs import logs
from chartproof.commands.status import status
from chartproof.commands.up import up

COMMANDS = (up, down, status, logs)
