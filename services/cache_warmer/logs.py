"""Log lines as Cloud Logging reads them. https://docs.cloud.google.com/logging/docs/structured-logging."""

import json
import logging

_ALWAYS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"severity": record.levelname, "message": record.getMessage(), "logger": record.name}
        line |= {name: value for name, value in vars(record).items() if name not in _ALWAYS}
        if record.exc_info:
            line["stack_trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def as_json() -> logging.Handler:
    """A handler that writes one JSON object a line to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json())
    return handler
