"""The online A/B of a deployment: who answers which request, what came of it, and what that says of the candidate.

    deployment.py   what is deployed, and the rules it goes by
    assignment.py   which of the two answers a key
    decisions.py    whether an answer is acted on or verified by a person
    request_log.py  what was answered, on disk; outcomes.py: what turned out right or wrong
    evidence.py     both as counts
    betting.py      the sequential test, and judging.py what it says of the counts
    ramping.py      what is to be done about it; deploying.py does it
    routing.py      what a service calls for each request

docs/traffic.md says it in words.
"""
