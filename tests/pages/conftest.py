"""The samples are projects of their own: no test of theirs is one of ours."""

collect_ignore = ["samples"]
