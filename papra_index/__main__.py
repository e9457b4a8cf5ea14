"""`python -m papra_index` is `papra-index`, for where scripts are not on PATH."""

from papra_index.cli import main

if __name__ == "__main__":
    main()
