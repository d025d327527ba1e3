"""What Kubernetes itself asks of objects: schemas, names and PodSecurity levels."""
