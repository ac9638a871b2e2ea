"""`make mutants`: what decides is changed bit by bit; each change that no test notices is listed here with its reason."""
