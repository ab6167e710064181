"""The ground of an edition: sectors from a file or drawn by hand, checked, and shown as a map."""
