"""Other libraries, each doing the workers' job; they run in a virtual environment of their own."""
