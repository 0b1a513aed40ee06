"""What a person whose data lies in a workspace may ask for.

At rest: `keys` reads and makes the key, `sealing` encrypts pictures and opens them again.

Forgetting: `subject` says who is meant, `traces` finds what is theirs, `journal` remembers what was begun, `mending`
takes it out of texts, and a module for each kind of place does so on the disk; `forget` puts these together, `audit`
writes down that it was done. `expire` does the same for what is older than it may be.
"""
