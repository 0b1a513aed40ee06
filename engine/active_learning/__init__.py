"""Which example to label next, when to stop, and which labels look wrong.

Works on embeddings and probabilities; knows no folder, no task and no encoder.
"""
