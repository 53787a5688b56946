"""The wireroom command: composes the services; every verb that an operator types."""
