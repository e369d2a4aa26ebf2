"""What may come of a run whose provider had a fault, by the simulator's names of faults."""

BROKEN = {"provider_error"}
LATE = {"deadline_exceeded"}
# By fault; of a run that its client left nothing is known but that it is on the books.
OUTCOMES = {
    "": {"ok"}, "slow": {"ok"}, "no-usage": {"ok"}, "bad-output": {"ok"},
    "refuse": BROKEN, "reset": BROKEN, "truncate": BROKEN, "unfinished": BROKEN, "malformed": BROKEN, "html": BROKEN,
    "401": BROKEN, "403": BROKEN, "404": BROKEN, "500": BROKEN, "503": BROKEN, "insufficient_quota": BROKEN,
    "error-event": BROKEN, "huge-headers": BROKEN, "redirect": BROKEN,
    "hang": LATE, "hang-mid": LATE, "429": {"rate_limited"},
}
# Faults in the midst of an answer, and answers that a client left: what came of it is paid for.
PARTLY = {"", "slow", "truncate", "unfinished", "reset", "hang-mid"}
# Faults by which no model answered: a run that its client waited for costs nothing.
FREE = {
    "refuse", "hang", "html", "401", "403", "404", "429", "500", "503", "insufficient_quota", "huge-headers",
    "redirect",
}
