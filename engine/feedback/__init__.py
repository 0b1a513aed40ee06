"""Feedback from the field: pictures with detections that somebody vouches for, taken in for the next training.

`payload` says what may be sent, `reading` takes it apart, `fetch` and `local_files` bring the pictures safely,
`pictures` decodes them, `store` keeps everything that ever came, `intake` puts these together.
"""
