"""Our end of Wompi Colombia's protocol (`docs/wompi.md`). It decides nothing about money."""
