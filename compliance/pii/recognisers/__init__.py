"""One recogniser per file; `catalogue.py` lists them all."""
