"""The workers beside every other way to use RabbitMQ from Python, and beside Go's and Java's."""
