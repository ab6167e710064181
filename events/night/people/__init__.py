"""The people of a Night in numbers: named by others, brought in by lists, looked through by organisers."""
