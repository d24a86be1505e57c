"""Economics: layers and records of money; one function is one of them."""
