"""What strangers send: messages, arguments and bodies that nobody planned for."""
