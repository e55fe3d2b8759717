"""What a function is called for from outside: a request, a task, a message, an event, a command."""
