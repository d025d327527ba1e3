"""A RabbitMQ producer and consumer that lose no message."""
