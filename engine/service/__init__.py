"""The REST service: `engine serve`. Thin on the verbs of `engine.api`; trainings stay detached workers.

`app` puts the parts together; `access` is the one table of what each route asks for; `guard` keeps it, by `tokens`,
`origins`, `lanes` and `bodies`; `errors` gives every refusal the same shape; `routes/` holds a module per noun;
`background` runs what has to happen from time to time. Nothing here imports torch before the first prediction.
"""
