"""The last fallback: the containers of a rendered release as plain processes."""
