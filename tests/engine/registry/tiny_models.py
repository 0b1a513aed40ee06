"""A model directory of each task, with random weights: made in a second, loaded like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

TEXTS = ["map grid night", "song loop old", "token orc new", "dungeon road print", "drum choir day"]
WORDS = sorted({word for text in TEXTS for word in text.split()})
LABELS = ["maps", "music", "tokens"]
SIDE = 16


def token_classification(directory: Path) -> Path:
    from engine.tasks.token_classification.config import Config
    from engine.tasks.token_classification.model import Card, build, save
    from engine.tasks.token_classification.predict import TaggerPredictor
    from tests.engine.tiny_bert import save_tiny_bert_of_words

    base = save_tiny_bert_of_words(_new(directory / "base"), WORDS)
    config = Config(base=str(base), max_length=32, stride=8)
    tagger = build(config, LABELS, "cpu")
    tagger.model.eval()
    values = config.model_dump()
    facts = ("d", {}, False)
    card = Card("token-classification", str(base), LABELS, "word", tagger.max_length, 8, values, [], *facts)
    samples = [{"text": text} for text in TEXTS]
    save(tagger, card, (samples, TaggerPredictor(tagger, card, "cpu").predict(samples)), directory / "model")
    return directory / "model"


def sentence_similarity(directory: Path) -> Path:
    from engine.tasks.sentence_similarity.config import Config
    from engine.tasks.sentence_similarity.model import untrained_encoder, write_model
    from tests.engine.tiny_bert import save_tiny_bert_of_words

    base = save_tiny_bert_of_words(_new(directory / "base"), WORDS)
    config = Config(base=str(base))
    facts = {"task": "sentence-similarity", "base": str(base), "config": config.model_dump(), "targets": []}
    samples = [{"a": a, "b": b} for a, b in zip(TEXTS, reversed(TEXTS), strict=True)]
    write_model(directory / "model", untrained_encoder(config), facts, samples)
    return directory / "model"


def text_classification(directory: Path) -> Path:
    import numpy as np

    from engine.tasks.text_classification.calibration import Calibration
    from engine.tasks.text_classification.config import Config
    from engine.tasks.text_classification.head import Head
    from engine.tasks.text_classification.model import Card, untrained_encoder, write_model
    from engine.tasks.text_classification.predict import TextClassifier
    from tests.engine.tiny_bert import save_tiny_bert_of_words

    base = save_tiny_bert_of_words(_new(directory / "base"), WORDS)
    config = Config(base=str(base))
    encoder = untrained_encoder(config)
    source = np.random.default_rng(0)
    head = Head(source.normal(size=(len(LABELS), encoder.transformer.config.hidden_size)), np.zeros(len(LABELS)))
    calibration = Calibration("temperature", 0.5, 10, "validation")
    values = config.model_dump()
    card = Card("text-classification", str(base), LABELS, encoder.max_length, values, calibration, {})
    samples = [{"text": text} for text in TEXTS]
    predictions = TextClassifier(encoder, head, calibration, card).predict(samples)
    write_model(directory / "model", card, encoder, {"head": head}, samples, predictions)
    return directory / "model"


def image_classification(directory: Path, base: str = "scratch:resnet-8") -> Path:
    import numpy as np

    from engine.tasks.image_classification.confidence import Confidence
    from engine.tasks.image_classification.config import Config
    from engine.tasks.image_classification.model import Card, Means, starting_network, write_model
    from engine.tasks.image_classification.people import Threshold
    from engine.tasks.image_classification.predict import Recognition

    config = Config(base=base, image_size=SIDE, trained_layers="all", hidden_size=8)
    network = starting_network(config, LABELS).eval()
    wide = network.width(config.embedding)
    source = np.random.default_rng(0)
    vectors = source.normal(size=(len(LABELS), wide)).astype(np.float32)
    means = Means(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), vectors)
    confidence, threshold = Confidence(1.0), Threshold(0.2, 0.1, 3, True)
    card = Card(
        "image-classification",
        base,
        LABELS,
        config.model_dump(),
        confidence,
        confidence,
        threshold,
        threshold,
    )
    samples = [{"image": picture(number)} for number in range(3)]
    made = Recognition(network, means.own, card, "cpu", confidence=confidence, threshold=threshold).predict(samples)
    write_model(directory / "model", card, network, means, samples, made)
    return directory / "model"


def image_feature_extraction(directory: Path, base: str = "scratch:resnet-8") -> Path:
    from engine.retrieval.confidence import heuristic_confidence
    from engine.retrieval.references import References
    from engine.retrieval.similarity import Similarity
    from engine.tasks.image_feature_extraction.config import Config
    from engine.tasks.image_feature_extraction.embedder import new_embedder
    from engine.tasks.image_feature_extraction.model import Card, fingerprint_of, write_model
    from engine.tasks.image_feature_extraction.retriever import Retriever
    from engine.vision.loaded import Pictures

    config = Config(base=base, image_size=SIDE, projection=8)
    embedder = new_embedder(config).eval()
    sources = [picture(number) for number in range(30)]
    vectors = embedder.embed(Pictures(sources, embedder.backbone), batch_size=16)
    names = [LABELS[number % len(LABELS)] for number in range(len(sources))]
    files = [f"files/{number:024x}.png" for number in range(len(sources))]
    references = References(vectors, names, files, [None] * len(names), fingerprint_of(embedder))
    similarity = Similarity("cosine")
    confidence = heuristic_confidence(references.vectors, similarity)
    retriever = Retriever(embedder, similarity, references, 5, "majority", confidence, None, map_at=10)
    card = Card(
        "image-feature-extraction",
        base,
        LABELS,
        5,
        "majority",
        config.model_dump(),
        None,
        references.model,
    )
    samples = [{"image": picture(number)} for number in range(40, 43)]
    made = retriever.predict(samples)
    write_model(directory / "model", card, embedder, similarity, references, confidence, [], samples, made)
    return directory / "model"


def object_detection(directory: Path) -> Path:
    from engine.tasks.object_detection.config import Config
    from engine.tasks.object_detection.model import Card, build, save
    from engine.tasks.object_detection.predict import DetectorPredictor

    config = Config(base="scratch:yolov8n", image_size=64)
    detector = build(config, ["bar", "square"], "cpu")
    detector.model.eval()
    values = config.model_dump()
    thresholds = {"bar": 0.3, "square": 0.4}
    card = Card(
        "object-detection", config.base, detector.labels, 64, 0.7, 300, thresholds, values, [], "d", {}, False
    )
    samples = [{"image": picture(number)} for number in range(2)]
    save(detector, card, (samples, DetectorPredictor(detector, card, "cpu").predict(samples)), directory / "model")
    return directory / "model"


MAKE: dict[str, Callable[[Path], Path]] = {
    "token-classification": token_classification,
    "sentence-similarity": sentence_similarity,
    "text-classification": text_classification,
    "image-classification": image_classification,
    "image-feature-extraction": image_feature_extraction,
    "object-detection": object_detection,
}
"""Task → what makes a model directory of it, below the directory given."""


def picture(number: int) -> str:
    """A small picture as a data URL, another one for each number."""
    import numpy as np

    from engine.vision.pixels import inline

    source = np.random.default_rng(number)
    return inline(source.uniform(0, 1, (SIDE, SIDE, 1)).astype(np.float32))


def _new(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
