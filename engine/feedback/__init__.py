"""Feedback from the field: pictures with detections that somebody vouches for, taken in and trained on.

Taking in: `payload` says what may be sent, `reading` takes it apart, `fetch` and `local_files` bring the pictures
safely, `pictures` decodes them, `store` keeps everything that ever came, `intake` puts these together.

Training: `lineage` finds the model to start from, `values` settles what it is trained with, `parts` holds images out,
`replay` chooses the old ones that are seen again, `composition` makes the dataset, `finetune` puts these together.
"""
