"""Having messages handled, and what the way in which the handler ends says about each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from workers import logs
from workers.deadline import HandlerTimeout
from workers.message import Message, Reject, SomeFailed
from workers.outcome import Result
from workers.protocols import BatchHandler, Dedup, Handler

Judge: TypeAlias = Callable[[Message], Result]
"""Has a message handled and says how it went; it never raises."""
BatchJudge: TypeAlias = Callable[[list[Message]], list[Result]]
"""Has messages handled together and says how it went with each; it never raises."""


def singly(handler: Handler) -> Judge:
    """Return what judges a handler that takes one message."""

    def judge(message: Message) -> Result:
        try:
            handler(message)
        except BaseException as error:  # sys.exit() too: it must not end this thread
            return _verdict(error, message)
        return Result.HANDLED

    return judge


def together(handler: BatchHandler) -> BatchJudge:
    """Return what judges a batch handler."""

    def judge(messages: list[Message]) -> list[Result]:
        try:
            handler(messages)
        except SomeFailed as some:
            if some.errors.keys() <= set(messages):
                return [
                    _verdict(some.errors[each], each) if each in some.errors else Result.HANDLED
                    for each in messages
                ]
            detail = "SomeFailed names messages that are not in the batch"
            return [_verdict(ValueError(detail), each) for each in messages]
        except BaseException as error:  # as above
            return [_verdict(error, each) for each in messages]
        return [Result.HANDLED] * len(messages)

    return judge


def knowing(judge: Judge, dedup: Dedup) -> Judge:
    """Keep from a judge what the de-duplication has seen handled."""

    def informed(message: Message) -> Result:
        try:
            if _is_duplicate(message, dedup):
                return Result.DUPLICATE
            result = judge(message)
            _note(message, result, dedup)
        except Exception as error:
            return _verdict(error, message)
        return result

    return informed


def knowing_batch(judge: BatchJudge, dedup: Dedup) -> BatchJudge:
    """Keep from a batch judge what the de-duplication has seen handled."""

    def informed(messages: list[Message]) -> list[Result]:
        try:
            known = {each for each in messages if _is_duplicate(each, dedup)}
            fresh = [each for each in messages if each not in known]
            results = dict(zip(fresh, judge(fresh), strict=True)) if fresh else {}
            for message, result in results.items():
                _note(message, result, dedup)
        except Exception as error:
            return [_verdict(error, each) for each in messages]
        return [results.get(each, Result.DUPLICATE) for each in messages]

    return informed


def _is_duplicate(message: Message, dedup: Dedup) -> bool:
    """Ask only about what may be one: the broker promises a first sight of all else."""
    id_ = message.known_id
    return bool(id_ and message.repeated and dedup.seen(id_))


def _note(message: Message, result: Result, dedup: Dedup) -> None:
    if result is Result.HANDLED and (id_ := message.known_id):
        dedup.add(id_)


def _verdict(error: BaseException, message: Message) -> Result:
    """Log how a handler failed, and name it."""
    told = logs.about(message)
    match error:
        case Reject():
            logs.event("rejected", logging.WARNING, **told, reason=str(error))
            return Result.REJECTED
        case HandlerTimeout():
            logs.event("timeout", logging.ERROR, error=error, **told, detail=str(error))
            return Result.TIMEOUT
    detail = getattr(error, "detail", None) or f"{type(error).__name__}: {error}"
    logs.event("failed", logging.ERROR, error=error, **told, detail=detail)
    return Result.FAILED
