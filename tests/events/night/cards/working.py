"""A worker for tests/forking.py, which tells people their teams."""


def tell(line, *, batch, for_ever):
    """By so small a batch; ends when nobody is left to tell, unless `for_ever`."""
    import time

    from events.night.cards import telling

    while True:
        told = telling.tell_due(batch=batch)
        line.send(told)
        if not for_ever:
            return
        time.sleep(0.01)
