"""What the tests stand on: real servers, and small tools to start and stop them."""
