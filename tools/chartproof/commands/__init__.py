"""The commands that have a module of their own: thin, and quick to import."""

from chartproof.commands.coverage import coverage
from chartproof.commands.diff import diff
from chartproof.commands.docs import docs
from chartproof.commands.down import down
from chartproof.commands.logs import logs
from chartproof.commands.new import new
from chartproof.commands.package import package
from chartproof.commands.publish import publish
from chartproof.commands.release import release
from chartproof.commands.sign import sign
from chartproof.commands.status import status
from chartproof.commands.test import test
from chartproof.commands.up import up
from chartproof.commands.verify import verify

COMMANDS = (
    test,
    coverage,
    docs,
    new,
    diff,
    release,
    package,
    sign,
    verify,
    publish,
    up,
    down,
    status,
    logs,
)
