"""The inbox: strangers whose messages wait for somebody to say who they are; nobody guesses."""
