"""What is compared: builds, the engines that run them, and the commands that do."""
