"""Versions for other programs: as they are, for Hugging Face libraries, as ONNX. An ONNX file is held against its
version before anybody gets it.

A task says how in its module `export`:

    TOLERANCES                       kind of number → how far an export may differ from its version
    answers(predictor, samples)      what a model made of rows, in numbers (`engine.registry.export.agreement.Answer`)
    export_onnx(model, path)         writes the network of a model directory
    onnx_predictor(model, path)      the version with that file in the place of its network
    onnx_usage(model)                how others ask that file (`engine.registry.card.Usage`)
    huggingface(model, directory)    writes the layout that other libraries load, and says how (`Usage`)

A task that does not have one of them says so when it is asked.
"""
